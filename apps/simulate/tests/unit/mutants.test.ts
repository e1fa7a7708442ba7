import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
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

  test.each(
    mutants.filter(({ file }) => file.endsWith("terraform-json.ts")).map((mutant) => [mutant.name, mutant] as const),
  )("%s changes the text of a synthesized stack", (_, { replace }) => {
    const path = join(root, "infra/dist/stacks/staging/cdk.tf.json");
    const planted: unknown = runInNewContext(`let text; ${replace} text`, { readFileSync, path });
    expect(planted).toEqual(expect.any(String));
    expect(planted).not.toBe(readFileSync(path, "utf8"));
  });
});
