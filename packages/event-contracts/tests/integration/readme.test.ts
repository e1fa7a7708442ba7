import { execFileSync } from "node:child_process";
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

  test("names every rule of the check", () => {
    const rules = execFileSync("grep", ["-rhoE", 'rule: "[a-z-]+"|eachSchema\\("[a-z-]+"', "src"], {
      cwd: folder,
      encoding: "utf8",
    });
    const names = new Set([...rules.matchAll(/"([a-z-]+)"/g)].map(([, name]) => name ?? ""));
    expect(names.size).toBeGreaterThan(20);
    for (const name of names) expect(readme.text).toMatch(new RegExp(`[\`\\s]${name}[\`\\s]`));
  });

  test("stays short", () => {
    expect(readme.lines).toBeLessThan(120);
  });
});
