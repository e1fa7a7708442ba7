import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** A `ts` block of a README, and what the `text` block after it says that it prints. */
export interface ReadmeExample {
  readonly code: string;
  readonly output: string;
}

/** The README of a package, for the tests that keep it true. */
export class Readme {
  readonly text: string;
  readonly #folder: string;

  constructor(packageFolder: string) {
    this.#folder = packageFolder;
    this.text = readFileSync(join(packageFolder, "README.md"), "utf8");
  }

  /** Examples that say what they print, from top to bottom. */
  get examples(): readonly ReadmeExample[] {
    return [...this.text.matchAll(/```ts\n((?:(?!```)[^])*)```(?:(?!```)[^])*```text\n([^]*?)```/g)].map(
      ([, code = "", output = ""]) => ({ code, output }),
    );
  }

  /** The rows of the tables under a heading of the second level, without their headers, as cells. */
  tableUnder(heading: string): readonly (readonly string[])[] {
    const section = this.text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
    return [...section.matchAll(/^\|[-| :]+\|\n((?:\| .*\n?)*)/gm)]
      .flatMap(([, rows = ""]) => rows.trimEnd().split("\n"))
      .map((row) =>
        row
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
  }

  /** The names in backticks in the first column of the tables under a heading. */
  namesUnder(heading: string): readonly string[] {
    return this.tableUnder(heading).flatMap(([first = ""]) =>
      Array.from(first.matchAll(/`([^`]+)`/g), ([, name = ""]) => name),
    );
  }

  /** Runs an example in a process of its own, as somebody who pastes it would, and gives what it prints. */
  async run(code: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=@millrace/source", "--input-type=module-typescript", "--eval", code],
      { cwd: this.#folder, env: { ...process.env, ...env } },
    );
    return stdout;
  }
}
