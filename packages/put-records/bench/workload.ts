/** The records that every contestant sends, and the counts that the server returns. */

export interface BenchRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
}

export const RECORD_BYTES = 500;
const KEYS = 10_000;

/** Records with the same number here have the same partition key. */
export const keyNumberOf = (recordNumber: number): number => recordNumber % KEYS;

/** `#000000042 xxxx…`: the server finds the number whatever a client wraps around the data. */
export function makeRecords(count: number): BenchRecord[] {
  const filler = "x".repeat(RECORD_BYTES - 11);
  return Array.from({ length: count }, (_, i) => ({
    partitionKey: `visitor-${(i * 7919) % KEYS}`,
    data: Buffer.from(`#${String(i).padStart(9, "0")} ${filler}`),
  }));
}

/** Base64 characters that surely hold the number, with up to three bytes in front of it. */
const HEAD_CHARACTERS = 20;

/** The number in a record's base64 text; -1 when there is none. */
export function numberIn(base64: string, from: number): number {
  const head = Buffer.from(base64.slice(from, from + HEAD_CHARACTERS), "base64").toString("latin1");
  const at = head.indexOf("#");
  return at === -1 ? -1 : Number(head.slice(at + 1, at + 10));
}

export type ScenarioName = "clean" | "throttle-1" | "throttle-10" | "hot-shard";

export interface Scenario {
  readonly title: string;
  /** Share of records throttled at random. */
  readonly throttle: number;
  /** Records that shard 0 takes in a second; the other shards take everything. */
  readonly hotShardRecordsPerSecond?: number;
}

export const SHARDS = 16;

/** Each shard is offered the same; a shard that takes what AWS documents (1,000 a second) is hot beside free ones. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  clean: { title: "no faults", throttle: 0 },
  "throttle-1": { title: "1 % throttled", throttle: 0.01 },
  "throttle-10": { title: "10 % throttled", throttle: 0.1 },
  "hot-shard": { title: "one hot shard", throttle: 0, hotShardRecordsPerSecond: 1000 },
};

/** Steady goodput is measured between these shares of the records: start and tail last as long for few as for many. */
export const STEADY_FROM = 0.1;
export const STEADY_TO = 0.8;

/** Counts of the server in one run. */
export interface ServerCount {
  readonly requests: number;
  readonly attempts: number;
  readonly stored: number;
  readonly distinct: number;
  /** First copies that were stored after a later record of their key. */
  readonly overtaken: number;
  /** Between the two shares of the records; 0 when the second was not reached. */
  readonly steadyMs: number;
  /** From the first request to the last record of a healthy shard, and how many those stored. */
  readonly healthyMs: number;
  readonly healthyDistinct: number;
}
