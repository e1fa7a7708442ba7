import { REMEMBERED_SHARDS } from "./limits.ts";

/** Outputs of a source record that are confirmed, each by its destination and its key among the record's outputs. */
export type ConfirmedOutputs = ReadonlySet<string>;

/** Confirmations of one invocation for one shard. */
export interface ConfirmedRun {
  /** Sequence numbers of source records of which everything is confirmed, in the order of the batch. */
  readonly whole: readonly string[];
  /** Confirmed outputs of other source records, by sequence number. */
  readonly partial: ReadonlyMap<string, ConfirmedOutputs>;
}

/**
 * Remembers what was confirmed, so that a record that Lambda delivers again to this environment is not written again:
 * a failure in the middle of a batch makes Lambda repeat everything after it, also what succeeded. Bounded per shard
 * and in shards, the oldest goes first; what is forgotten is written again and left to the readers to dedupe.
 */
export class ConfirmedMemory {
  readonly #maxRecords: number;
  readonly #shards = new Map<string, ShardMemory>();

  constructor(maxRecordsPerShard: number) {
    this.#maxRecords = maxRecordsPerShard;
  }

  /** The memory of one shard, which is now the one used last. */
  ofShard(streamArn: string, shardId: string): ShardMemory {
    const key = `${streamArn} ${shardId}`;
    const memory = this.#shards.get(key) ?? new ShardMemory(this.#maxRecords);
    // Deleting and setting moves the shard to the end: the map's order is the order of last use.
    this.#shards.delete(key);
    this.#shards.set(key, memory);
    for (const oldest of this.#shards.keys()) {
      if (this.#shards.size <= REMEMBERED_SHARDS) break;
      this.#shards.delete(oldest);
    }
    return memory;
  }
}

/** Confirmed outputs of a source record: all, or these. */
export type Confirmed = "whole" | ConfirmedOutputs;

/** Remembered confirmations of one shard, by sequence number. */
export type Recollection = ReadonlyMap<string, Confirmed>;

const noRecollection: Recollection = new Map();
const nothingPartial: ConfirmedRun["partial"] = new Map();

/**
 * The confirmations of one shard. Nearly every batch is newer than all that is remembered, so remembering costs a list
 * of sequence numbers, and only for a batch that may have been here before it becomes a map.
 */
export class ShardMemory {
  readonly #maxRecords: number;
  /** The oldest first. */
  readonly #runs: ConfirmedRun[] = [];
  #records = 0;
  #newest = "";
  #index: Recollection | undefined;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  /** Returns the confirmations of a record and of later records. */
  recall(sequenceNumber: string): Recollection {
    if (isAfter(sequenceNumber, this.#newest)) return noRecollection;
    this.#index ??= createIndex(this.#runs);
    return this.#index;
  }

  add(run: ConfirmedRun): void {
    const size = sizeOf(run);
    if (size === 0) return;
    // A list that grew has room for sixteen numbers, and an empty map takes more than the numbers of most batches.
    this.#runs.push({
      whole: run.whole.slice(),
      partial: run.partial.size === 0 ? nothingPartial : run.partial,
    });
    this.#records += size;
    this.#index = undefined;
    for (const sequenceNumber of [...run.whole.slice(-1), ...run.partial.keys()]) {
      if (isAfter(sequenceNumber, this.#newest)) this.#newest = sequenceNumber;
    }
    this.#dropOldest();
  }

  #dropOldest(): void {
    while (this.#records > this.#maxRecords) {
      const excess = this.#records - this.#maxRecords;
      const oldest = this.#runs.shift();
      if (oldest === undefined) return;
      this.#records -= sizeOf(oldest);
      if (excess >= oldest.whole.length) continue;
      const rest = { whole: oldest.whole.slice(excess), partial: oldest.partial };
      this.#runs.unshift(rest);
      this.#records += sizeOf(rest);
    }
  }
}

function createIndex(runs: readonly ConfirmedRun[]): Recollection {
  const index = new Map<string, Confirmed>();
  for (const { whole, partial } of runs) {
    for (const [sequenceNumber, outputs] of partial) index.set(sequenceNumber, outputs);
    for (const sequenceNumber of whole) index.set(sequenceNumber, "whole");
  }
  return index;
}

const sizeOf = ({ whole, partial }: ConfirmedRun): number => whole.length + partial.size;

/** Sequence numbers are decimal and have no leading zeros, so the longer one is the larger one. */
function isAfter(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
