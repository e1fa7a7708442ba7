import type { Confirmed, ShardMemory } from "./confirmed-memory.ts";
import type { SourceRecord } from "./types.ts";

/** How far one source record has come. */
export class SourceOutcome {
  readonly source: SourceRecord;
  /** Where to remember what of it is confirmed. */
  readonly memory: ShardMemory;
  /** Confirmations of earlier invocations. */
  readonly remembered: Confirmed | undefined;
  isProcessed = false;
  isBlocked = false;
  /** Outputs whose fate is not decided yet. */
  open = 0;

  constructor(source: SourceRecord, memory: ShardMemory, remembered: Confirmed | undefined) {
    this.source = source;
    this.memory = memory;
    this.remembered = remembered;
  }

  get isConfirmed(): boolean {
    return this.isProcessed && !this.isBlocked && this.open === 0;
  }
}

/**
 * The answer to Lambda: per shard the first record that is not confirmed. Lambda takes the lowest sequence number as
 * its checkpoint and delivers everything from there on again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function firstUnconfirmed(outcomes: readonly SourceOutcome[]): string[] {
  const found = new Map<string, string>();
  for (const { isConfirmed, source } of outcomes) {
    if (!isConfirmed && !found.has(source.shardId)) found.set(source.shardId, source.sequenceNumber);
  }
  return [...found.values()];
}
