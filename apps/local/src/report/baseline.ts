import type { Kinesis } from "@millrace/aws-simulator";

/** The part of a run that can be read: earlier runs filled what lies before, and streams forget what is too much. */
export interface Baseline {
  readonly startedAtMs: number;
  /** Of each stream, the last sequence number of each shard. */
  readonly streams: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Arrival of the youngest record that the streams no longer hold; 0 when they hold all. */
  readonly forgottenMs: number;
}

export function takeBaseline(kinesis: Kinesis, nowMs: number): Baseline {
  const streams = kinesis.streamNames().map((name) => [name, kinesis.lastSequenceNumbers(name)] as const);
  return { startedAtMs: nowMs, streams: new Map(streams), forgottenMs: 0 };
}
