import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { RegistryError } from "../../src/registry.ts";

const folder = join(import.meta.dirname, "../..");
const readme = new Readme(folder);

describe("the README", () => {
  test.each(readme.examples)("shows what its example %# prints", async ({ code, output }) => {
    expect(output).not.toBe("");
    expect(await readme.run(code)).toBe(output);
  });

  test("documents every error code", () => {
    expect(readme.text).toContain(`\`${new RegistryError([]).code}\``);
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
});
