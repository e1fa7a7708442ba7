import type { Kinesis } from "@millrace/aws-simulator";

/** Where a run begins in the places that earlier runs have filled: what lies before is not this run's. */
export interface Baseline {
  readonly startedAtMs: number;
  /** Of each stream, the last sequence number of each shard. */
  readonly streams: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export function takeBaseline(kinesis: Kinesis, nowMs: number): Baseline {
  const streams = kinesis.streamNames().map((name) => [name, kinesis.lastSequenceNumbers(name)] as const);
  return { startedAtMs: nowMs, streams: new Map(streams) };
}
