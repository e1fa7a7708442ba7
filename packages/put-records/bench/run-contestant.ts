/**
 * One contestant in a process of its own, so that what is measured is its processor time and no other's:
 * `run-contestant.ts <name> <http1> <http2>`. Each message asks for one lap and is answered with a {@link LapResult}.
 */
import { type ContestantName, contestants } from "./contestants.ts";
import { type BenchRecord, makeRecords, type ScenarioName, type ServerCount } from "./workload.ts";

/** Scenario and size of a lap. */
export interface Lap {
  readonly scenario: ScenarioName;
  readonly records: number;
}

/** Measurements of one lap. */
export interface LapResult {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly isCutOff: boolean;
  readonly server: ServerCount;
}

/** Enough for the compiler to have done its work: it runs on the same processor time that is measured. */
const WARM_UP: readonly Lap[] = [
  { scenario: "clean", records: 60_000 },
  { scenario: "throttle-1", records: 20_000 },
];

/** Opens the connections of a lap. */
const LEAD_IN: Lap = { scenario: "clean", records: 4000 };

/** A client that is stuck, as some get, is cut off. */
const LIMIT_MS = 20_000;

const [name, http1, http2] = process.argv.slice(2) as [ContestantName, string, string];
const ports = { http1: Number(http1), http2: Number(http2) };

/** Made once: they are the callers' work, not the client's. */
const made = new Map<number, BenchRecord[]>();
function recordsOf({ records: count }: Lap): BenchRecord[] {
  const records = made.get(count) ?? makeRecords(count);
  made.set(count, records);
  return records;
}

async function control<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${http1}${path}`);
  return (await response.json()) as T;
}

const reset = ({ scenario, records }: Lap) => control(`/reset/${scenario}/${records}`);

/** False when the contestant had to be cut off. */
async function isInTime(sending: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, LIMIT_MS, false);
  });
  const done = sending.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, limit]);
  clearTimeout(timer);
  return inTime;
}

/** A client that knows nothing from earlier laps sends the records of this one. */
async function run(lap: Lap): Promise<LapResult> {
  const send = contestants[name](ports);
  await reset(LEAD_IN);
  await isInTime(send(recordsOf(LEAD_IN)));
  const records = recordsOf(lap);
  await reset(lap);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const inTime = await isInTime(send(records));
  const wallMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  const server = await control<ServerCount>("/count");
  return { wallMs, cpuMs: (cpu.user + cpu.system) / 1000, isCutOff: !inTime, server };
}

for (const lap of WARM_UP) {
  await reset(lap);
  await isInTime(contestants[name](ports)(recordsOf(lap)));
}
process.on("message", (lap: Lap) => void run(lap).then((result) => process.send?.(result)));
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
