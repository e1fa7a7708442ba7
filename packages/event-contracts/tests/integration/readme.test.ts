import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { EventContractsError } from "../../src/index.ts";
import * as errors from "../../src/errors.ts";

const folder = join(import.meta.dirname, "../..");
const readme = new Readme(folder);

describe("the README", () => {
  test("has examples", () => {
    expect(readme.examples).toHaveLength(2);
  });

  test.each(readme.examples)("shows what its example %# prints", async ({ code, output }) => {
    expect(await readme.run(code)).toBe(output);
  });

  test("documents every error code", () => {
    const sources = readFileSync(join(folder, "src/errors.ts"), "utf8");
    const codes = [...sources.matchAll(/code = "(\w+)"/g)].map(([, code]) => code);
    expect(codes).toHaveLength(Object.values(errors).filter((value) => value !== EventContractsError).length);
    for (const code of codes) expect(readme.text).toContain(`\`${code ?? "?"}\``);
  });
});
