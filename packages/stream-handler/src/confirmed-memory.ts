import { REMEMBERED_MS, REMEMBERED_SHARDS } from "./limits.ts";

/** Outputs of a source record that are confirmed, each by its destination and its key among the record's outputs. */
export type ConfirmedOutputs = ReadonlySet<string>;

/** Confirmations of one invocation for one shard. */
export interface ConfirmedRun {
  /** Sequence numbers of source records of which everything is confirmed, in the order of the batch. */
  readonly whole: readonly string[];
  /** Confirmed outputs of other source records, by sequence number. */
  readonly partial: ReadonlyMap<string, ConfirmedOutputs>;
  /** Some of the batch is not confirmed: Lambda delivers it again from there on. */
  readonly isOpen: boolean;
}

/**
 * Remembers what was confirmed, so that a record that Lambda delivers again to this environment is not written again:
 * a failure in the middle of a batch makes Lambda repeat everything after it, also what succeeded. A batch that was
 * confirmed to its end comes again only when Lambda did not get the answer, so it is forgotten after five minutes.
 * Bounded per shard and in shards, the oldest goes first; what is forgotten is written again and left to the readers to
 * dedupe.
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
  readonly #open: RunList;
  readonly #whole: RunList;
  #newest = "";
  #index: Recollection | undefined;

  /** @param maxRecords of open batches, and of whole ones */
  constructor(maxRecords: number) {
    this.#open = new RunList(maxRecords);
    this.#whole = new RunList(maxRecords);
  }

  /** Returns the confirmations of a record and of later records. */
  recall(sequenceNumber: string): Recollection {
    if (isAfter(sequenceNumber, this.#newest)) return noRecollection;
    this.#index ??= createIndex([...this.#open.runs, ...this.#whole.runs]);
    return this.#index;
  }

  add(run: ConfirmedRun, nowMs: number): void {
    this.#index = undefined;
    this.#whole.dropBefore(nowMs - REMEMBERED_MS);
    if (sizeOf(run) === 0) return;
    (run.isOpen ? this.#open : this.#whole).add(run, nowMs);
    for (const sequenceNumber of [...run.whole.slice(-1), ...run.partial.keys()]) {
      if (isAfter(sequenceNumber, this.#newest)) this.#newest = sequenceNumber;
    }
  }
}

interface TimedRun extends Omit<ConfirmedRun, "isOpen"> {
  readonly addedMs: number;
}

/** Runs of one kind, the oldest first. */
class RunList {
  readonly runs: TimedRun[] = [];
  readonly #maxRecords: number;
  #records = 0;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  add({ whole, partial }: ConfirmedRun, addedMs: number): void {
    // A list that grew has room for sixteen numbers, and an empty map takes more than the numbers of most batches.
    const run = { whole: whole.slice(), partial: partial.size === 0 ? nothingPartial : partial, addedMs };
    this.runs.push(run);
    this.#records += sizeOf(run);
    while (this.#records > this.#maxRecords) this.#dropRecords(this.#records - this.#maxRecords);
  }

  dropBefore(epochMs: number): void {
    while ((this.runs[0]?.addedMs ?? epochMs) < epochMs) this.#dropRun();
  }

  /** Drops records of the oldest run, or all of it. */
  #dropRecords(excess: number): void {
    const oldest = this.#dropRun();
    if (oldest === undefined || excess >= oldest.whole.length) return;
    const rest = { ...oldest, whole: oldest.whole.slice(excess) };
    this.runs.unshift(rest);
    this.#records += sizeOf(rest);
  }

  #dropRun(): TimedRun | undefined {
    const oldest = this.runs.shift();
    if (oldest !== undefined) this.#records -= sizeOf(oldest);
    return oldest;
  }
}

function createIndex(runs: readonly TimedRun[]): Recollection {
  const index = new Map<string, Confirmed>();
  for (const { whole, partial } of runs) {
    for (const [sequenceNumber, outputs] of partial) index.set(sequenceNumber, outputs);
    for (const sequenceNumber of whole) index.set(sequenceNumber, "whole");
  }
  return index;
}

const sizeOf = ({ whole, partial }: Pick<ConfirmedRun, "whole" | "partial">): number => whole.length + partial.size;

/** Sequence numbers are decimal and have no leading zeros, so the longer one is the larger one. */
function isAfter(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
