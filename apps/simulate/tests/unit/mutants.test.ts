import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { mutants } from "../../src/mutants/mutants.ts";

const root = join(import.meta.dirname, "../../../..");

describe("the mutants", () => {
  test("are at least ten, each with a name of its own", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(10);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    "%s changes a text that stands once in its file",
    (_, { file, find, replace }) => {
      const source = readFileSync(join(root, file), "utf8");
      expect(source.split(find)).toHaveLength(2);
      expect(replace).not.toBe(find);
    },
  );
});
