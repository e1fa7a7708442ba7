import type { RecordLog } from "../kinesis/record-log.ts";
import type { LastNumber } from "../kinesis/stream-store.ts";
import { compareSequenceNumbers, indexOfSequenceNumber, SequenceNumbers } from "../kinesis/sequence-number.ts";
import { StoredRecord } from "../kinesis/stored-record.ts";
import type { RecordEntry } from "./entries.ts";
import type { IndexedRecord, RecordPlace } from "./index-rows.ts";
import { RecordIndex, type SpilledRows } from "./record-index.ts";

export interface DiskRecordLogOptions {
  readonly streamId: number;
  readonly shardIndex: number;
  /** Queues the record for the next group. `onStored` gets its place. */
  readonly write: (record: RecordEntry, onStored: (place: RecordPlace) => void, onRefused: () => void) => void;
  /** The record at a place; `undefined` when its bytes are damaged or gone. */
  readonly read: (place: RecordPlace) => RecordEntry | undefined;
  /** Rows of the index that are on disk. */
  readonly spilled: SpilledRows;
}

/** The records of one shard on disk; the latest part of their index is in memory. */
export class DiskRecordLog implements RecordLog {
  readonly #options: DiskRecordLogOptions;
  #numbers: SequenceNumbers;
  readonly #index: RecordIndex;
  #pending = 0;
  #dropped = 0;
  #last: LastNumber | undefined;

  constructor(options: DiskRecordLogOptions) {
    this.#options = options;
    this.#numbers = new SequenceNumbers(options.shardIndex, 0);
    this.#index = new RecordIndex(options.spilled);
  }

  /** Says when the shard was created, which is a part of its sequence numbers; before that nothing is read. */
  open(shardCreatedMs: number): void {
    this.#numbers = new SequenceNumbers(this.#options.shardIndex, shardCreatedMs);
  }

  get size(): number {
    return this.#index.size;
  }

  get bytes(): number {
    return this.#index.bytes;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get pending(): number {
    return this.#pending;
  }

  /** The highest number given out, be its record retained or not. */
  get last(): LastNumber | undefined {
    return this.#last;
  }

  append(record: StoredRecord, index: number, onRefused?: () => void): void {
    const { streamId, shardIndex, write } = this.#options;
    const { arrivalMs, sizeBytes, PartitionKey: partitionKey } = record;
    this.#pending += 1;
    this.raiseLast({ index, arrivalMs });
    write(
      { streamId, shardIndex, index, arrivalMs, partitionKey, data: record.storedData },
      (place) => {
        this.#pending -= 1;
        this.#index.push({ ...place, index, arrivalMs, sizeBytes });
      },
      () => {
        this.#pending -= 1;
        onRefused?.();
      },
    );
  }

  /** Takes up a record that an earlier process stored. */
  restore(record: IndexedRecord): void {
    this.raiseLast(record);
    this.#index.push(record);
  }

  /** A number is never given out twice, even when the record that had it is lost. */
  raiseLast({ index, arrivalMs }: LastNumber): void {
    if (index > (this.#last?.index ?? 0)) this.#last = { index, arrivalMs };
  }

  at(rank: number): StoredRecord | undefined {
    const indexed = this.#index.at(rank);
    if (indexed === undefined) return undefined;
    const entry = this.#options.read(indexed);
    if (entry === undefined) return undefined;
    const { index, arrivalMs, sizeBytes } = indexed;
    return new StoredRecord(this.#numbers.at(index, arrivalMs), entry.partitionKey, entry.data, sizeBytes, arrivalMs);
  }

  /** The record with this index; `undefined` when it was dropped. */
  find(index: number): StoredRecord | undefined {
    const rank = this.#index.rankOf(index);
    return this.#index.at(rank)?.index === index ? this.at(rank) : undefined;
  }

  arrivalAt(rank: number): number | undefined {
    return this.#index.at(rank)?.arrivalMs;
  }

  rankOf(position: string): number {
    const index = indexOfSequenceNumber(position);
    const rank = this.#index.rankOf(index);
    const found = this.#index.at(rank);
    if (found?.index !== index) return rank;
    return compareSequenceNumbers(this.#numbers.at(index, found.arrivalMs), position) < 0 ? rank + 1 : rank;
  }

  dropOldest(): void {
    if (this.#index.size === 0) return;
    this.#index.dropOldest();
    this.#dropped += 1;
  }

  /** How many of the records have at most this index. */
  countThrough(index: number): number {
    return this.#index.rankOf(index + 1);
  }

  /** Forgets the records of a segment that is gone. */
  dropThrough(index: number): void {
    const count = this.countThrough(index);
    for (let dropped = 0; dropped < count; dropped += 1) this.dropOldest();
  }

  /** See {@link RecordIndex.spill}. */
  spill(segment: number): ReturnType<RecordIndex["spill"]> {
    return this.#index.spill(segment);
  }
}
