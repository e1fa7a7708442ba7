import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "../..");
const document = readFileSync(join(root, "docs/consumers.md"), "utf8");

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(document)?.[1];
  if (found === undefined) throw new Error(`The document has no ${language} block.`);
  return found;
}

function source(path: string): string {
  return readFileSync(join(root, "src", path), "utf8");
}

describe("docs/consumers.md", () => {
  test("prints what it says it prints", () => {
    const output = execFileSync(
      process.execPath,
      ["--conditions=@millrace/source", "--input-type=module-typescript", "-e", block("ts")],
      { cwd: root, encoding: "utf8" },
    );
    expect(output).toBe(block("text"));
  });

  test("names every error code", () => {
    const codes = [
      "lambda/function-error.ts",
      "object-store/errors.ts",
      "journal/errors.ts",
      "snowpipe/errors.ts",
      "options.ts",
    ]
      .flatMap((path) => [...source(path).matchAll(/"([A-Z]+_?[A-Z_]*)"/g)])
      .map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(12);
    const ofSecrets = [...source("secrets/errors.ts").matchAll(/\| "([A-Z]\w+)"/g)].map(([, code]) => code);
    expect(ofSecrets.length).toBeGreaterThan(8);
    for (const code of [...codes, ...ofSecrets]) expect(document).toContain(`\`${code ?? ""}\``);
  });

  test("names every option of a mapping", () => {
    const options = [...source("lambda/mapping-options.ts").matchAll(/^ {2}readonly (\w+)\?:/gm)].map(
      ([, name]) => name,
    );
    for (const option of options) expect(document).toMatch(new RegExp(`[\`.]${option ?? ""}\``));
  });
});
