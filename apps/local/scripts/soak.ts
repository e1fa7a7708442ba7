/**
 * `pnpm --filter @millrace/local soak`: runs the pipeline at a steady rate and prints whether memory and file handles
 * grow. It ends with 1 when they do.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatTable } from "../src/report/format-table.ts";
import { controlUrl, runPipeline } from "../tests/integration/run-pipeline.ts";
import { floorOf, type ProcessFigures, readFigures, slopeOf } from "../tests/soak/process-figures.ts";
import { flatMb, flatShare, judge, type Range } from "../tests/soak/verdict.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    rate: { type: "string", default: "200" },
    /** Minutes that do not count: caches and compiled code fill up. */
    warmup: { type: "string", default: "20" },
  },
});
const sampleMs = 10_000;
const minuteMs = 60_000;
const bytesPerMb = 1024 ** 2;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Parts of the parent's memory: V8's heap, buffers outside it, and the memory that DuckDB reports. */
const parentParts = ["parent: heap used", "parent: heap", "parent: external", "parent: DuckDB"] as const;

interface Sample extends ProcessFigures {
  readonly minute: number;
}

const state = mkdtempSync(join(tmpdir(), "millrace-soak-"));
const run = runPipeline(["--rate", values.rate, "--state", state]);
const control = await controlUrl(run);
const startedAt = Date.now();
const samples = new Map<string, Sample[]>();

async function processes(): Promise<readonly { name: string; pids: readonly number[] }[]> {
  const response = await fetch(new URL("/processes", control));
  const children = (await response.json()) as { name: string; pids: number[] }[];
  return [{ name: "parent", pids: [run.child.pid ?? 0] }, ...children];
}

async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(new URL("/warehouse", control), { method: "POST", body: sql });
  return (await response.json()) as Record<string, unknown>[];
}

async function parentMemoryMb(): Promise<readonly number[]> {
  const response = await fetch(new URL("/memory", control));
  const { heapUsed, heapTotal, external } = (await response.json()) as NodeJS.MemoryUsage;
  const [row] = await query("SELECT sum(memory_usage_bytes)::DOUBLE AS bytes FROM duckdb_memory()");
  return [heapUsed, heapTotal, external, Number(row?.["bytes"])].map((bytes) => bytes / bytesPerMb);
}

function addSample(name: string, sample: Sample): void {
  const own = samples.get(name) ?? [];
  samples.set(name, own);
  own.push(sample);
}

async function takeSamples(minute: number): Promise<void> {
  for (const { name, pids } of await processes()) {
    // Each by itself: in a sum, the saws of two heaps are high together or not, by chance.
    for (const [index, pid] of pids.entries()) {
      const figures = readFigures(pid);
      if (figures !== undefined) addSample(pids.length === 1 ? name : `${name} ${index + 1}`, { minute, ...figures });
    }
  }
  const parts = await parentMemoryMb();
  for (const [index, name] of parentParts.entries()) {
    const memoryMb = parts[index] ?? Number.NaN;
    addSample(name, { minute, memoryMb, peakMb: memoryMb, handles: 0 });
  }
}

for (let nextMinute = 0; Date.now() - startedAt < Number(values.minutes) * minuteMs; ) {
  const minute = (Date.now() - startedAt) / minuteMs;
  await takeSamples(minute);
  if (minute >= nextMinute) {
    const parts = [...samples].map(([name, own]) => `${name} ${own.at(-1)?.memoryMb.toFixed(0) ?? ""} MB`);
    console.log(`minute ${minute.toFixed(0)}: ${parts.join(", ")}`);
    nextMinute += 1;
  }
  await wait(sampleMs);
}
const events = await query("SELECT count(*) AS n FROM landed_events");
console.log(`rows in the landing table: ${JSON.stringify(events)}`);
run.child.kill("SIGINT");
const { code, output } = await run.ended;
console.log(output.split("\n").slice(-16).join("\n"));
const format = ({ low, high }: Range): string => `${low.toFixed(0)}–${high.toFixed(0)}`;
const judged = [...samples].map(([name, own]) => {
  const counted = own.filter(({ minute }) => minute >= Number(values.warmup));
  const memory = counted.map(({ minute, memoryMb }) => [minute, memoryMb] as const);
  const handles = counted.map(({ handles: count }) => count);
  // A checkpoint of DuckDB takes memory for less time than there is between two looks.
  const verdict = judge(counted.map(({ minute, peakMb }) => [minute, peakMb] as const));
  return { name, own, memory, handles, verdict };
});
const rows = judged.map(({ name, own, memory, handles, verdict }) => ({
  process: name,
  "MB, first half": format(verdict.first),
  "MB, second half": format(verdict.second),
  "MB at most": Math.max(...own.map(({ peakMb }) => peakMb)).toFixed(0),
  "MB an hour": (60 * slopeOf(memory)).toFixed(1),
  "floor, MB an hour": (60 * slopeOf(floorOf(memory))).toFixed(1),
  "handles, first and last": `${handles[0]}, ${handles.at(-1)}`,
  flat: verdict.isFlat ? "yes" : "no",
}));
console.log(formatTable(rows));
const grown = judged.filter(({ verdict }) => !verdict.isFlat).map(({ name }) => name);
console.log(
  `\n${grown.length === 0 ? "Memory is flat" : `Memory is not flat: ${grown.join(", ")}`}. The criterion: from the first half ` +
    `of the time after minute ${values.warmup} to the second, the highest figure of no process or ` +
    `part grows by more than ${flatShare * 100} % or ${flatMb} MB, whichever is more.`,
);
rmSync(state, { recursive: true, force: true });
process.exitCode = code === 0 && grown.length === 0 ? 0 : 1;
