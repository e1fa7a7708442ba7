/**
 * `pnpm benches`: runs every bench of the repository in its quick form and holds its ratios against baseline.json.
 * `--only <package>` runs one; `--write --runs 5` stores what it measures. docs/benches.md says more.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Baseline, bestOf, isFault, judge, storedRatioOf, type Verdict } from "../baseline.ts";
import { type BenchPackage, findBenches } from "../find-benches.ts";
import { median } from "../median.ts";
import { parseQuickForm, type QuickForm } from "../quick-form.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    write: { type: "boolean", default: false },
    runs: { type: "string", default: "5" },
  },
});
const root = join(import.meta.dirname, "../../../..");
const baselineFile = join(import.meta.dirname, "../../baseline.json");
const baseline = JSON.parse(readFileSync(baselineFile, "utf8")) as Baseline;

/** A run that looks like a regression is repeated so often: it must be one each time. */
const MAX_REPEATS = 2;
const TIMEOUT_MS = 300_000;

function run({ name, folder, quick = [] }: BenchPackage): QuickForm {
  const { status, stdout, stderr } = spawnSync(process.execPath, quick, {
    cwd: folder,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) throw new Error(`${name}: the quick form ended with ${status ?? "a signal"}\n${stderr}`);
  return parseQuickForm(stdout);
}

function check(bench: BenchPackage): { verdicts: Verdict[]; leavesOut: string } {
  const stored = baseline.packages[bench.name];
  const first = run(bench);
  let { ratios } = first;
  for (let repeat = 0; repeat < MAX_REPEATS; repeat += 1) {
    if (!judge(ratios, stored).some(({ outcome }) => outcome === "regression")) break;
    ratios = bestOf(ratios, run(bench).ratios);
  }
  return { verdicts: judge(ratios, stored), leavesOut: first.leavesOut };
}

function store(benches: readonly BenchPackage[]): void {
  const packages = { ...baseline.packages };
  for (const bench of benches) {
    const runs = Array.from({ length: Number(values.runs) }, () => run(bench).ratios);
    const names = Object.keys(runs[0] ?? {});
    packages[bench.name] = Object.fromEntries(
      names.map((name) => {
        const measured = runs.map((ratios) => ratios[name] ?? Number.NaN);
        const stored = storedRatioOf(measured, median(measured));
        console.log(`${bench.name}: ${name}: ${measured.join(" ")} → ${stored.ratio}, band ${stored.band}`);
        return [name, stored];
      }),
    );
  }
  writeFileSync(baselineFile, `${JSON.stringify({ ...baseline, packages }, undefined, 2)}\n`);
}

function checkAll(benches: readonly BenchPackage[]): number {
  let faults = 0;
  for (const bench of benches) {
    const started = performance.now();
    const { verdicts, leavesOut } = check(bench);
    const seconds = Math.round((performance.now() - started) / 1_000);
    console.log(`${bench.name}, ${seconds} s; leaves out: ${leavesOut}`);
    for (const verdict of verdicts) {
      if (isFault(verdict)) faults += 1;
      console.log(`  ${line(verdict)}`);
    }
  }
  return faults;
}

function line({ name, measured, stored, outcome }: Verdict): string {
  const figures = `${measured ?? "–"} (stored ${stored?.ratio ?? "–"}, up to ${limitOf(stored)})`;
  return `${outcome === "held" ? "held" : outcome.toUpperCase()}: ${name}: ${figures}`;
}

function limitOf(stored: Verdict["stored"]): string {
  return stored === undefined ? "–" : (stored.ratio * (1 + stored.band)).toFixed(3);
}

const all = findBenches(root).filter(({ name }) => values.only === undefined || name === values.only);
const without = all.filter(({ name, quick }) => quick === undefined && !(name in baseline.withoutQuickForm));
const withQuick = all.filter(({ quick }) => quick !== undefined);
if (values.write) store(withQuick);
else {
  const faults = checkAll(withQuick) + without.length;
  for (const { name } of without) console.log(`${name} has a bench and no script "bench:quick".`);
  for (const [name, reason] of Object.entries(baseline.withoutQuickForm)) console.log(`${name} is left out: ${reason}`);
  if (faults > 0) {
    console.log(
      `${faults} faults. A regression stayed one in ${MAX_REPEATS + 1} runs: find it, or, where it is meant, store the new ` +
        "ratio with `pnpm benches --write --only <package>` and say why in the commit.",
    );
  }
  process.exitCode = faults === 0 ? 0 : 1;
}
