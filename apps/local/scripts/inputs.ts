/**
 * `pnpm --filter @millrace/local inputs`: runs the tests that show the inputs L1–L20, and prints each with its right
 * answer. It ends with 1 if one is not shown. An input that takes minutes or a quiet machine is named with its script.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTable } from "../src/report/format-table.ts";
import { inputs } from "../tests/inputs/inputs.ts";

interface JestResults {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), "millrace-inputs-"));
const outputFile = join(folder, "results.json");
spawnSync("jest", ["--json", "--outputFile", outputFile, "--testNamePattern", String.raw`\bL\d+(, L\d+)*: `], {
  cwd: join(import.meta.dirname, ".."),
  stdio: ["ignore", "ignore", "inherit"],
});
const { testResults } = JSON.parse(readFileSync(outputFile, "utf8")) as JestResults;
rmSync(folder, { recursive: true });
const ran = testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== "pending");

const rows = inputs.map(({ name, input, right, script }) => {
  const own = ran.filter(({ title }) => title.split(":", 1)[0]?.split(", ").includes(name));
  const isShown = own.length > 0 && own.every(({ status }) => status === "passed");
  const answer = script === undefined ? (isShown ? "yes" : own.length === 0 ? "no test" : "NO") : `run ${script}`;
  return { name, input, right, "as it should be": answer };
});
console.log(formatTable(rows));
const wrong = rows.filter((row) => /^no/i.test(row["as it should be"]));
const shown = rows.filter((row) => row["as it should be"] === "yes");
console.log(
  `\n${shown.length} of ${rows.length} inputs have the right answer, ${wrong.length} have not; scripts show the others.`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
