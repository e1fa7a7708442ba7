/**
 * How put-records compares: `pnpm --filter @millrace/put-records bench [--json] [--runs 3] [--records 100000]
 * [--only floor,put-records] [--scenarios clean]`. Runs are interleaved, so that a busy machine is busy for all, and
 * medians are taken over the runs of a contestant; a ratio is the median of the ratios to the floor of the same round.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ContestantName, contestants, type Ports } from "./contestants.ts";
import type { RunResult } from "./run-contestant.ts";
import type { StallResult } from "./stall.ts";
import { RECORD_BYTES, type ScenarioName, scenarios } from "./workload.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
    records: { type: "string", default: "100000" },
    only: { type: "string", default: Object.keys(contestants).join(",") },
    scenarios: { type: "string", default: Object.keys(scenarios).join(",") },
  },
});
const runs = Number(values.runs);
const records = Number(values.records);
const names = values.only.split(",") as ContestantName[];
const scenarioNames = values.scenarios.split(",") as ScenarioName[];

/** Their delays between attempts make a full run take minutes where records are throttled: they get a twentieth. */
const slow = new Set<ContestantName>(["naive", "lifion-kinesis"]);
const recordsFor = (scenario: ScenarioName, contestant: ContestantName) =>
  scenarios[scenario].throttle > 0 && slow.has(contestant) ? Math.ceil(records / 20) : records;

interface Row {
  readonly scenario: ScenarioName;
  readonly contestant: ContestantName;
  /** Distinct records stored, a second. */
  readonly goodputPerSecond: number;
  readonly cpuMsPer1000: number;
  /** To the floor without faults, of the same round. */
  readonly goodputToFloor: number;
  readonly cpuToFloor: number;
  /** To the same contestant without faults, of the same round. */
  readonly goodputToOwnClean: number;
  /** Distinct records of the shards that are not hot, a second. */
  readonly healthyPerSecond: number;
  /** Records the server was sent, per record of the input. */
  readonly sentPerRecord: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly cutOff: number;
}

function start<T>(file: string, args: readonly string[]): { child: ChildProcess; message: Promise<T> } {
  const child = fork(join(import.meta.dirname, file), args, {
    execArgv: ["--conditions=@millrace/source", "--expose-gc", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: "1", AWS_EC2_METADATA_DISABLED: "true" },
  });
  const message = new Promise<T>((resolve, reject) => {
    child.once("message", (value) => resolve(value as T));
    child.once("exit", (code) => reject(new Error(`${file} ${args.join(" ")} ended with code ${code ?? "none"}`)));
  });
  return { child, message };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const goodput = ({ server, wallMs }: RunResult) => (server.distinct / wallMs) * 1000;
const cpuPer1000 = ({ server, cpuMs }: RunResult) => (cpuMs / Math.max(1, server.distinct)) * 1000;
const healthy = ({ server }: RunResult) => (server.healthyDistinct / Math.max(1, server.healthyMs)) * 1000;

/** Results by scenario and contestant, one per round. */
const results = new Map<string, RunResult[]>();
const resultsOf = (scenario: ScenarioName, contestant: ContestantName) =>
  results.get(`${scenario}/${contestant}`) ?? [];

/** Median over the rounds of a figure's ratio to another run of the same round. */
function ratio(of: readonly RunResult[], to: readonly RunResult[], figure: (run: RunResult) => number): number {
  return median(of.flatMap((run, round) => (to[round] === undefined ? [] : [figure(run) / figure(to[round])])));
}

function toRow(scenario: ScenarioName, contestant: ContestantName): Row {
  const of = resultsOf(scenario, contestant);
  return {
    scenario,
    contestant,
    goodputPerSecond: median(of.map(goodput)),
    cpuMsPer1000: median(of.map(cpuPer1000)),
    goodputToFloor: ratio(of, resultsOf("clean", "floor"), goodput),
    cpuToFloor: ratio(of, resultsOf("clean", "floor"), cpuPer1000),
    goodputToOwnClean: ratio(of, resultsOf("clean", contestant), goodput),
    healthyPerSecond: median(of.map(healthy)),
    sentPerRecord: median(of.map(({ server }) => server.attempts / recordsFor(scenario, contestant))),
    lost: median(of.map(({ server }) => recordsFor(scenario, contestant) - server.distinct)),
    duplicated: median(of.map(({ server }) => server.stored - server.distinct)),
    cutOff: of.filter((run) => run.isCutOff).length,
  };
}

const server = start<Ports>("fake-server.ts", []);
const ports = await server.message;
for (let round = 0; round < runs; round++) {
  for (const scenario of scenarioNames) {
    for (const contestant of names) {
      const args = [
        contestant,
        scenario,
        String(recordsFor(scenario, contestant)),
        String(ports.http1),
        String(ports.http2),
      ];
      const result = await start<RunResult>("run-contestant.ts", args).message;
      const key = `${scenario}/${contestant}`;
      results.set(key, [...(results.get(key) ?? []), result]);
      if (!values.json)
        process.stderr.write(`round ${round + 1}/${runs} ${key}: ${Math.round(goodput(result))} records/s\n`);
    }
  }
}
server.child.disconnect();
const stall = await start<StallResult>("stall.ts", []).message;

const rows = scenarioNames.flatMap((scenario) => names.map((contestant) => toRow(scenario, contestant)));
const round = (value: number, digits: number) => Number(value.toFixed(digits));
if (values.json) {
  const rounded = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? round(value, 3) : value]),
    ),
  );
  const machine = { node: process.version, recordBytes: RECORD_BYTES, records, runs };
  process.stdout.write(`${JSON.stringify({ ...machine, rows: rounded, stall }, undefined, 2)}\n`);
} else {
  const table = rows.map((row) => ({
    scenario: scenarios[row.scenario].title,
    contestant: row.contestant,
    "records/s": round(row.goodputPerSecond, 0),
    "to floor": round(row.goodputToFloor, 3),
    "to own clean": round(row.goodputToOwnClean, 3),
    "cpu ms/1000": round(row.cpuMsPer1000, 2),
    "cpu to floor": round(row.cpuToFloor, 3),
    "healthy/s": round(row.healthyPerSecond, 0),
    sent: round(row.sentPerRecord, 2),
    lost: row.lost,
    duplicated: row.duplicated,
    "cut off": row.cutOff,
  }));
  console.table(table);
  console.log(
    `Kinesis stalled for 60 s: heap ${round(stall.heapMiBAt10s, 1)} MiB after 10 s, ${round(stall.heapMiBAt60s, 1)} MiB after 60 s; at most ${stall.mostInFlightBytes} of ${stall.maxInFlightBytes} bytes in flight; ${stall.unsettled} records without delivery`,
  );
}
