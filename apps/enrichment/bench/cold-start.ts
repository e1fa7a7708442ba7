/**
 * Cold start: how long bundles take to load, each in a fresh process, many times, in turn: `pnpm bench:cold`, `--json`,
 * `--runs 40`. `--levers` measures the function itself with each of its levers undone, or with one more pulled
 * (decision 0026). `--growth` measures it with 10 and with 1,000 contracts. `--baseline <folder>` compares it with that
 * of another checkout's `apps/enrichment`, which has been built; the baseline once more is the control.
 *
 * It measures what a bundle decides: loading and evaluating it. What AWS adds (fetching the zip, starting the machine)
 * is the same for all and larger.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleFunction } from "@millrace/lambda-bundle";
import { measureGrowth } from "./cold-start/growth.ts";
import { measureLevers } from "./cold-start/levers.ts";
import { type Bundle, measureStarts, serveAws, unpack } from "./cold-start/start.ts";

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    levers: { type: "boolean", default: false },
    growth: { type: "boolean", default: false },
    baseline: { type: "string" },
    runs: { type: "string", default: "40" },
  },
});
const runs = Number(values.runs);
const folder = mkdtempSync(join(tmpdir(), "cold-start-"));

/** Other builds are bundled like ours, but with their own libraries. */
async function bundle(name: string, isTrimmed = false): Promise<Bundle> {
  const title = isTrimmed ? `${name}, trimmed` : name;
  const outFile = join(folder, `${title}.zip`);
  const entryPoint = join(import.meta.dirname, "cold-start", `${name}.ts`);
  const whole = { credentials: "sdk-chain", transports: "sdk" } as const;
  await bundleFunction({ entryPoint, outFile, ...(isTrimmed ? {} : whole) });
  return unpack(title, outFile, join(folder, title));
}

async function compareWithOthers(): Promise<void> {
  const bundles = [
    await bundle("empty"),
    unpack("ours", join(root, "dist/function.zip"), join(folder, "ours")),
    await bundle("sdk-alone"),
    await bundle("sdk-alone", true),
    await bundle("usual-stack"),
  ];
  const results = measureStarts(bundles, runs).map(
    ({ differenceMs: _, cpuDifferenceMs: __, cpuOfFirst: ___, ...result }) => result,
  );
  const total = (name: string) => {
    const found = results.find((each) => each.name === name);
    return found === undefined ? Number.NaN : found.loadMs + found.invokeMs;
  };
  const overEmpty = (name: string) => total(name) - total("empty");
  const summary = {
    node: process.version,
    runs,
    results,
    ofSdkAlone: Number((overEmpty("ours") / overEmpty("sdk-alone")).toFixed(2)),
    ofUsualStack: Number((overEmpty("ours") / overEmpty("usual-stack")).toFixed(2)),
  };
  if (values.json) {
    console.log(JSON.stringify(summary));
    return;
  }
  console.table(results);
  console.log(
    `Over an empty handler ours takes ${summary.ofSdkAlone} of the SDK alone, ${summary.ofUsualStack} of the usual stack.`,
  );
}

async function compareLevers(): Promise<void> {
  const report = await measureLevers(folder, runs);
  if (values.json) {
    console.log(JSON.stringify({ node: process.version, runs, ...report }));
    return;
  }
  console.table(report.levers);
  console.log("V8 code cache:", report.v8Cache);
}

async function compareGrowth(): Promise<void> {
  const report = await measureGrowth(folder, runs);
  if (values.json) {
    console.log(JSON.stringify({ node: process.version, runs, ...report }));
    return;
  }
  for (const [kind, results] of Object.entries(report)) {
    console.log(`First batch: ${kind}. The second row is the control.`);
    console.table(results);
  }
}

function compareWithBaseline(app: string): void {
  const zip = "dist/function.zip";
  const bundles = [
    unpack("baseline", join(app, zip), join(folder, "baseline")),
    unpack("baseline again, the control", join(app, zip), join(folder, "control")),
    unpack("ours", join(root, zip), join(folder, "ours")),
  ];
  const results = measureStarts(bundles, runs);
  if (values.json) console.log(JSON.stringify({ node: process.version, runs, results }));
  else console.table(results);
}

const stopServing = await serveAws();
try {
  execFileSync(process.execPath, ["--conditions=@millrace/source", join(root, "scripts/build.ts")], { cwd: root });
  if (values.levers) await compareLevers();
  else if (values.growth) await compareGrowth();
  else if (values.baseline !== undefined) compareWithBaseline(resolve(values.baseline));
  else await compareWithOthers();
} finally {
  stopServing();
  rmSync(folder, { recursive: true, force: true });
}
