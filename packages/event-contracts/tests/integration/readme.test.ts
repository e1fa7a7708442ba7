import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { EventContractsError } from "../../src/index.ts";
import * as errors from "../../src/errors.ts";

const folder = join(import.meta.dirname, "../..");
const readme = readFileSync(join(folder, "README.md"), "utf8");
const examples = [...readme.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, code, printed]) => ({
  code,
  printed,
}));

describe("the README", () => {
  test("has examples", () => {
    expect(examples).toHaveLength(2);
  });

  test.each(examples)("shows what its example $# prints", ({ code, printed }) => {
    const args = ["--conditions=@millrace/source", "--input-type=module-typescript", "--eval", code ?? ""];
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" })).toBe(printed);
  });

  test("documents every error code", () => {
    const sources = readFileSync(join(folder, "src/errors.ts"), "utf8");
    const codes = [...sources.matchAll(/code = "(\w+)"/g)].map(([, code]) => code);
    expect(codes).toHaveLength(Object.values(errors).filter((value) => value !== EventContractsError).length);
    for (const code of codes) expect(readme).toContain(`\`${code ?? "?"}\``);
  });

  test("names every rule of the check", () => {
    const rules = execFileSync("grep", ["-rhoE", 'rule: "[a-z-]+"|eachSchema\\("[a-z-]+"', "src"], {
      cwd: folder,
      encoding: "utf8",
    });
    const names = new Set([...rules.matchAll(/"([a-z-]+)"/g)].map(([, name]) => name ?? ""));
    expect(names.size).toBeGreaterThan(20);
    for (const name of names) expect(readme).toMatch(new RegExp(`[\`\\s]${name}[\`\\s]`));
  });

  test("stays short", () => {
    expect(readme.split("\n").length).toBeLessThan(120);
  });
});
