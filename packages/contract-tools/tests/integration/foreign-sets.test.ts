import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { runSchemas } from "../../src/cli/run-schemas.ts";
import { formatForeignSet, type ForeignSet, importForeignSet } from "../../src/import/foreign-set.ts";

const octokit: ForeignSet = {
  package: "@octokit/webhooks-schemas@7.6.1",
  path: "schema.json",
  source: "github",
  type: "com.github.{name}",
  only: /^(star|watch)/u,
};

const folder = mkdtempSync(join(tmpdir(), "schemas-import-"));
const root = join(folder, "schemas");
mkdirSync(root);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function schemas(...args: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const output = { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) };
  const code = await runSchemas([...args, "--root", root], output);
  return { code, output: lines.join("\n") };
}

describe("schemas that others publish", () => {
  test("are taken over whole, and the check finds nothing wrong", async () => {
    const result = await importForeignSet(new Map(), octokit);
    expect(result).toMatchObject({ files: 1, passing: 0, contracts: 3, examples: 3, refusals: [], faults: [] });
    expect(formatForeignSet(octokit, { ...result, seconds: 1 })).toBe(
      "| `@octokit/webhooks-schemas@7.6.1` schema.json | draft-07 | 1 | 0 | 3 | 3 | 0 | 3 | 0 | 1.0 |",
    );
  });
});

describe("pnpm schemas import", () => {
  const source = join(folder, "vendor");
  mkdirSync(source);
  const order = { $schema: "http://json-schema.org/draft-04/schema#", properties: { phone: { type: "string" } } };
  writeFileSync(join(source, "Order Completed.json"), JSON.stringify(order));
  writeFileSync(join(source, "broken.json"), "{");

  test("writes contracts that pass the check, a report of what it changed, and says what it refused", async () => {
    const report = join(folder, "report.json");
    const { code, output } = await schemas("import", source, "--as", "shop", "--type", "{name}", "--report", report);
    expect(code).toBe(1);
    expect(output).toMatch(/^refused: broken\.json#\n.*\n {2}→ Correct the JSON\.$/m);
    expect(output).toMatch(/1 contracts and 2 examples written, .* 1 annotations proposed, 1 refused/);
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({
      contracts: [{ type: "Order Completed", file: "events/shop/order-completed/1-0-0.json" }],
      changes: [{ file: "Order Completed.json", pointer: "", before: null, after: { type: "object" } }],
    });
    expect(await schemas("check")).toMatchObject({ code: 0 });
  });

  test.each([
    [["import", source], "Required option '--as <name>'"],
    [
      ["import", source, "--as", "Shop"],
      "Option '--as <name>' argument 'Shop' is invalid. Expected a name in kebab-case",
    ],
    [
      ["import", source, "--as", "shop", "--dialect", "draft-03"],
      "Allowed choices are draft-04, draft-06, draft-07, 2019-09, 2020-12.",
    ],
    [
      ["import", source, "--as", "shop", "--only", "("],
      "Option '--only <expression>' argument '(' is invalid. Invalid regular expression",
    ],
    [["import", "../Nowhere:x:", "--as", "shop"], "There is no file or folder"],
  ])("%j is told what is wrong with it", async (args, words) => {
    expect(await schemas(...args)).toMatchObject({ code: 2, output: expect.stringContaining(words) });
  });
});
