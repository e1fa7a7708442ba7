/** One language that consumers are written in. */
export interface Language {
  readonly name: LanguageName;
  /** Where the generated types lie in a new consumer. */
  readonly types: string;
  readonly fixture: string;
  /** Runs the tests of a new consumer, in its folder. */
  readonly test: readonly [program: string, ...args: string[]];
  /** Programs that have to be on the path for that. */
  readonly needs: readonly string[];
}

export const languageNames = ["typescript", "python", "java", "go"] as const;
export type LanguageName = (typeof languageNames)[number];

export const languages: Readonly<Record<LanguageName, Language>> = {
  typescript: {
    name: "typescript",
    types: "src",
    fixture: "tests/fixture.ndjson",
    test: ["node", "--test", "tests/*.test.ts"],
    needs: ["node"],
  },
  python: {
    name: "python",
    types: ".",
    fixture: "tests/fixture.ndjson",
    test: ["python3", "-m", "unittest", "discover", "-s", "tests", "-t", "."],
    needs: ["python3"],
  },
  java: {
    name: "java",
    types: "src/main/java/consumer/events",
    fixture: "src/test/resources/fixture.ndjson",
    test: ["mvn", "--batch-mode", "--quiet", "test"],
    needs: ["java", "mvn"],
  },
  go: {
    name: "go",
    types: "stream",
    fixture: "testdata/fixture.ndjson",
    test: ["go", "test", "./..."],
    needs: ["go"],
  },
};
