/** One contestant, one scenario, one process: `run-contestant.ts <name> <scenario> <records> <http1> <http2>`. */
import { type ContestantName, contestants } from "./contestants.ts";
import { makeRecords, type ScenarioName, type ServerCount } from "./workload.ts";

/** What one run showed. */
export interface RunResult {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly isCutOff: boolean;
  readonly server: ServerCount;
}

/** Enough for the compiler to have done its work: it runs on the same processor time that is measured. */
const WARM_UP_RECORDS = 60_000;

/** A client that is stuck, as some get, is cut off. */
const LIMIT_MS = 60_000;

const [name, scenario, recordCount, http1, http2] = process.argv.slice(2) as [
  ContestantName,
  ScenarioName,
  string,
  string,
  string,
];
const ports = { http1: Number(http1), http2: Number(http2) };

async function control<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${http1}${path}`);
  return (await response.json()) as T;
}

const send = contestants[name](ports);
await control(`/reset/clean/${WARM_UP_RECORDS}`);
await send(makeRecords(WARM_UP_RECORDS));

const records = makeRecords(Number(recordCount));
await control(`/reset/${scenario satisfies ScenarioName}/${records.length}`);
globalThis.gc?.();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
let cutOff: NodeJS.Timeout | undefined;
const isCutOff = await Promise.race([
  send(records).then(
    () => false,
    () => true,
  ),
  new Promise<boolean>((resolve) => {
    cutOff = setTimeout(resolve, LIMIT_MS, true);
  }),
]);
clearTimeout(cutOff);
const wallMs = performance.now() - startedAt;
const cpu = process.cpuUsage(cpuBefore);
const result: RunResult = {
  wallMs,
  cpuMs: (cpu.user + cpu.system) / 1000,
  isCutOff,
  server: await control<ServerCount>("/count"),
};
process.send?.(result, () => process.exit(0));
