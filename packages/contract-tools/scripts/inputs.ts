/**
 * `pnpm --filter @millrace/contract-tools inputs`: runs the tests that show the inputs C1 to C40, wherever they are,
 * and prints each with its right answer. It ends with 1 if one is not shown. The alarm of C40 is one of the synthesized
 * stacks: `pnpm synth` before.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inputs } from "../tests/inputs/inputs.ts";

interface RanTest {
  readonly file: string;
  readonly fullName: string;
  readonly status: string;
}

interface JestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly Omit<RanTest, "file">[];
  }[];
}

const root = join(import.meta.dirname, "../../..");
const packages = ["contract-tools", "event-contracts", "route-tools", "enrichments", "sensitive-text"].map(
  (name) => `packages/${name}`,
);
const all = inputs.flatMap(({ tests }) => tests);
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`);
const either = (texts: readonly string[]): string => [...new Set(texts)].map(escaped).join("|");
const folder = mkdtempSync(join(tmpdir(), "contract-inputs-"));
const ran = [...packages, "apps/enrichment", "infra"].flatMap((name) => runTests(join(root, name)));
rmSync(folder, { recursive: true });

/** The tests of one package that are named above. */
function runTests(cwd: string): RanTest[] {
  if (!existsSync(cwd)) return [];
  const outputFile = join(folder, "results.json");
  const jest = join(cwd, "node_modules/jest/bin/jest.js");
  const files = either(all.map(([file]) => `/${file}`));
  const titles = either(all.map(([, title]) => title));
  const options = ["--json", "--outputFile", outputFile, "--passWithNoTests"];
  spawnSync(process.execPath, [jest, ...options, "--testPathPatterns", files, "--testNamePattern", titles], {
    cwd,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const { testResults } = JSON.parse(readFileSync(outputFile, "utf8")) as JestResults;
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status !== "pending").map((each) => ({ ...each, file: name })),
  );
}

const rows = inputs.map(({ name, input, right, tests }) => {
  const shown = tests.map(([file, title]) =>
    ran.filter((each) => each.file.endsWith(`/${file}`) && each.fullName.includes(title)),
  );
  const isMissing = shown.some((own) => own.length === 0);
  const isRight = shown.flat().every(({ status }) => status === "passed");
  const answer = isMissing ? "no test" : isRight ? "yes" : "NO";
  return { name, input, "right answer": right, tests: shown.flat().length, "as it should be": answer };
});
console.table(rows);
const right = rows.filter((row) => row["as it should be"] === "yes").length;
console.log(`${right} of ${rows.length} inputs have the right answer`);
process.exitCode = right === rows.length ? 0 : 1;
