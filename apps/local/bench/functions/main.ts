/**
 * Processor time of the built functions for an event, with the SDK, HTTP, metrics and checkpoint, against a cheap AWS
 * in another process, and bytes of their log: `pnpm --filter @millrace/local bench:functions`, `--only router`,
 * `--sizes 20,200`, `--json`. Bytes an event are megabytes a million events.
 * `--baseline <checkout>` takes turns with the built functions of another checkout. `--parts` divides the time by
 * profiles of V8, of functions that are bundled without minifying. Profiles go by the clock: they want a quiet machine.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Bench, floor, type FunctionName, functionNames, here, zipOf } from "./measure.ts";
import { partsOf } from "./parts.ts";

const { values } = parseArgs({
  options: {
    baseline: { type: "string" },
    events: { type: "string", default: "4000" },
    json: { type: "boolean", default: false },
    only: { type: "string" },
    parts: { type: "boolean", default: false },
    rounds: { type: "string", default: "15" },
    sizes: { type: "string", default: "20,90,200,500" },
    "warm-ups": { type: "string", default: "10" },
  },
});
const laps = { warmUps: Number(values["warm-ups"]), rounds: Number(values.rounds) };
const folder = mkdtempSync(join(tmpdir(), "millrace-functions-"));
const bench = await Bench.open(folder);
const per = (sum: number, count: number) => Number((sum / count).toFixed(2));

async function measure(name: FunctionName, eventsPerBatch: number): Promise<object> {
  const batches = (await bench.createBatches(Number(values.events), eventsPerBatch))[name];
  const { baseline } = values;
  const ours = bench.unpack(zipOf(name, here));
  const others: { readonly baseline?: string } =
    baseline === undefined ? {} : { baseline: bench.unpack(zipOf(name, resolve(baseline))) };
  const modules: Record<string, string> = { floor, ...others, ours };
  const { micros, ratios } = await bench.compare(name, modules, batches, {
    reference: baseline === undefined ? "floor" : "baseline",
    ...laps,
  });
  const once = bench.start(name, ours, batches);
  await bench.sent();
  const { logBytes } = await once.run();
  const sent = await bench.sent();
  once.end();
  const compareToBaseline = async (index: string): Promise<object> => {
    const { run, end } = bench.start(name, index, batches);
    const { logBytes: bytesBefore } = await run();
    end();
    return { "of baseline": per(ratios["ours"] ?? Number.NaN, 1), "log of baseline": per(logBytes, bytesBefore) };
  };
  const times = Object.entries(micros).map(([title, sum]) => [`µs, ${title}`, per(sum, batches.events)] as const);
  return {
    function: name,
    "events a batch": per(batches.events, batches.invocations),
    "events a record": per(batches.events, batches.records),
    "requests a batch": per(sent.requests, batches.invocations),
    "bytes out": per(sent.bytes, batches.events),
    "log bytes a batch": per(logBytes, batches.invocations),
    "log bytes an event": per(logBytes, batches.events),
    ...Object.fromEntries(times),
    ...(others.baseline === undefined ? {} : await compareToBaseline(others.baseline)),
  };
}

async function divide(name: FunctionName, eventsPerBatch: number): Promise<object> {
  const zip = join(folder, `readable-${name}.zip`);
  const app = join(here, "apps", name);
  const script = join(app, "scripts/build.ts");
  execFileSync(process.execPath, ["--conditions=@millrace/source", script, "--readable", zip], { cwd: app });
  const index = bench.unpack(zip);
  const batches = (await bench.createBatches(Number(values.events), eventsPerBatch))[name];
  const { run, end } = bench.start(name, index, batches);
  for (let lap = 0; lap < laps.warmUps; lap += 1) await run();
  let cpuMicros = 0;
  const profiles = Array.from({ length: laps.rounds }, (_, lap) => join(folder, `${lap}.cpuprofile`));
  for (const profile of profiles) cpuMicros += (await run(undefined, profile)).cpuMicros;
  end();
  const parts = [...partsOf(profiles, index)].sort(([, one], [, other]) => other - one);
  const sum = parts.reduce((total, [, micros]) => total + micros, 0);
  const perEvent = (micros: number) => per((cpuMicros * micros) / sum, laps.rounds * batches.events);
  const shares = parts.map(([part, micros]) => [part, perEvent(micros)] as const);
  return { function: name, "events a batch": per(batches.events, batches.invocations), ...Object.fromEntries(shares) };
}

try {
  const rows: object[] = [];
  for (const name of functionNames) {
    if (values.only !== undefined && name !== values.only) continue;
    for (const size of values.sizes.split(",").map(Number)) {
      rows.push(await (values.parts ? divide(name, size) : measure(name, size)));
    }
  }
  if (values.json || values.parts) console.log(JSON.stringify({ node: process.version, rows }, undefined, 1));
  else console.table(rows);
} finally {
  bench.close();
  rmSync(folder, { recursive: true, force: true });
}
