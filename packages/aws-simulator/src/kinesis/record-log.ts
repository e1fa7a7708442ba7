import { compareSequenceNumbers } from "./sequence-number.ts";
import type { StoredRecord } from "./stored-record.ts";

/**
 * The records of one shard in order. A place in it is a rank: 0 is the oldest record it still has. An appended record
 * can be read once it is stored: at once in memory, after its group is written on disk.
 */
export interface RecordLog {
  /** Records that can be read. */
  readonly size: number;
  readonly bytes: number;
  /** Records that were dropped since the log was opened. */
  readonly dropped: number;
  /** Records that were appended and cannot be read yet. */
  readonly pending: number;
  /** @param onRefused called when the record could not be stored; it was never readable */
  append(record: StoredRecord, index: number, onRefused?: () => void): void;
  /** `undefined` past the end, and for a record that can no longer be read. */
  at(rank: number): StoredRecord | undefined;
  arrivalAt(rank: number): number | undefined;
  /** How many of the records have a sequence number below `position`. */
  rankOf(position: string): number;
  dropOldest(): void;
}

/** Records are dropped from the front of an array; it is rebuilt when this many are gone and make up half of it. */
const COMPACT_AFTER = 1024;

/** A log in memory. */
export class MemoryRecordLog implements RecordLog {
  readonly pending = 0;
  #records: (StoredRecord | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#records.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(record: StoredRecord): void {
    this.#records.push(record);
    this.#bytes += record.sizeBytes;
  }

  at(rank: number): StoredRecord | undefined {
    return this.#records[this.#head + rank];
  }

  arrivalAt(rank: number): number | undefined {
    return this.at(rank)?.arrivalMs;
  }

  rankOf(position: string): number {
    let low = this.#head;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.#records[middle];
      if (record !== undefined && compareSequenceNumbers(record.SequenceNumber, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low - this.#head;
  }

  dropOldest(): void {
    const record = this.#records[this.#head];
    if (record === undefined) return;
    this.#records[this.#head] = undefined;
    this.#head += 1;
    this.#dropped += 1;
    this.#bytes -= record.sizeBytes;
    if (this.#head < COMPACT_AFTER || this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }
}
