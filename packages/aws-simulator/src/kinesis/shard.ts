import type { HashKeyRange, Shard } from "./api.ts";
import { type HexHashKey, toHexHashKey } from "./hash-key.ts";
import {
  iteratorCallsPerSecond,
  maxBytesPerGet,
  readBytesPerSecond,
  readCallsPerSecond,
  writeBytesPerSecond,
  writeRecordsPerSecond,
} from "./limits.ts";
import { compareSequenceNumbers, incrementSequenceNumber, SequenceNumbers } from "./sequence-number.ts";
import { type RecordData, StoredRecord } from "./stored-record.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface ShardOptions {
  readonly index: number;
  readonly startHashKey: bigint;
  readonly endHashKey: bigint;
  readonly createdMs: number;
  /** Largest record of the stream: the burst that its bytes may take. */
  readonly maxRecordBytes: number;
  readonly parentId?: string | undefined;
  readonly adjacentParentId?: string | undefined;
}

/** What a reader gets from {@link ShardState.read}. */
export interface ShardRead {
  readonly records: StoredRecord[];
  /** The position after the last record read, or where the reader already stood. */
  readonly nextPosition: string;
  /** Records in the shard that were not read yet. */
  readonly remaining: number;
}

/** Records are dropped from the front of an array; it is rebuilt when this many are gone and make up half of it. */
const compactAfter = 1024;

/** One shard: its range of hash keys, its records in order, and what of its capacity is left this moment. */
export class ShardState {
  readonly id: string;
  readonly index: number;
  readonly parentId: string | undefined;
  readonly adjacentParentId: string | undefined;
  readonly startHashKey: bigint;
  readonly endHashKey: bigint;
  readonly startHex: HexHashKey;
  readonly createdMs: number;
  readonly #sequence: SequenceNumbers;
  readonly #readCalls: TokenBucket;
  readonly #readBytes: TokenBucket;
  readonly #iteratorCalls: TokenBucket;
  #writeRecords: TokenBucket;
  #writeBytes: TokenBucket;
  #maxRecordBytes: number;
  #capacityFactor = 1;
  #records: (StoredRecord | undefined)[] = [];
  #head = 0;
  #retainedBytes = 0;
  #closedMs: number | undefined;
  #endingSequenceNumber: string | undefined;
  /** Records and bytes ever stored; on-demand scaling looks at their growth. */
  recordsIn = 0;
  bytesIn = 0;

  constructor(options: ShardOptions) {
    this.index = options.index;
    this.id = shardIdOf(options.index);
    this.parentId = options.parentId;
    this.adjacentParentId = options.adjacentParentId;
    this.startHashKey = options.startHashKey;
    this.endHashKey = options.endHashKey;
    this.startHex = toHexHashKey(options.startHashKey);
    this.createdMs = options.createdMs;
    this.#maxRecordBytes = options.maxRecordBytes;
    const now = options.createdMs;
    this.#sequence = new SequenceNumbers(options.index, now);
    this.#writeRecords = new TokenBucket(writeRecordsPerSecond, writeRecordsPerSecond, now);
    this.#writeBytes = new TokenBucket(writeBytesPerSecond, this.#writeBurst(), now);
    this.#readCalls = new TokenBucket(readCallsPerSecond, readCallsPerSecond, now);
    this.#readBytes = new TokenBucket(readBytesPerSecond, readBytesPerSecond, now);
    this.#iteratorCalls = new TokenBucket(iteratorCallsPerSecond, iteratorCallsPerSecond, now);
  }

  get isOpen(): boolean {
    return this.#closedMs === undefined;
  }

  get closedMs(): number | undefined {
    return this.#closedMs;
  }

  get startingSequenceNumber(): string {
    return this.#sequence.starting;
  }

  get retainedRecords(): number {
    return this.#records.length - this.#head;
  }

  get retainedBytes(): number {
    return this.#retainedBytes;
  }

  get oldestRecord(): StoredRecord | undefined {
    return this.#records[this.#head];
  }

  /** The records still retained, oldest first. */
  records(): StoredRecord[] {
    return this.#records.slice(this.#head) as StoredRecord[];
  }

  /** Takes the capacity one record needs, both of records and of bytes, or neither. */
  tryReserve(sizeBytes: number, nowMs: number): boolean {
    if (!this.#writeRecords.has(1, nowMs) || !this.#writeBytes.has(sizeBytes, nowMs)) return false;
    this.#writeRecords.take(1, nowMs);
    this.#writeBytes.take(sizeBytes, nowMs);
    return true;
  }

  tryReserveRead(nowMs: number): boolean {
    // Bytes are only known after the read, so the debt of the last one has to be paid before the next.
    return this.#readBytes.available(nowMs) > 0 && this.#readCalls.tryTake(1, nowMs);
  }

  tryReserveIterator(nowMs: number): boolean {
    return this.#iteratorCalls.tryTake(1, nowMs);
  }

  append(partitionKey: string, data: RecordData, sizeBytes: number, nowMs: number): StoredRecord {
    const record = new StoredRecord(this.#sequence.next(nowMs), partitionKey, data, sizeBytes, nowMs);
    this.#records.push(record);
    this.#retainedBytes += sizeBytes;
    this.recordsIn += 1;
    this.bytesIn += sizeBytes;
    return record;
  }

  /** Closes the shard to writers; readers may go on to its end. */
  close(nowMs: number): void {
    this.#closedMs = nowMs;
    this.#endingSequenceNumber = this.#sequence.ending(nowMs);
  }

  /** Leaves this share of the write capacity to the caller, as if other producers took the rest. */
  limitCapacity(factor: number, nowMs: number): void {
    this.#capacityFactor = factor;
    this.#resizeBuckets(nowMs);
  }

  setMaxRecordBytes(maxRecordBytes: number, nowMs: number): void {
    this.#maxRecordBytes = maxRecordBytes;
    this.#resizeBuckets(nowMs);
  }

  /** Forgets what arrived before `cutoffMs`. */
  trim(cutoffMs: number): void {
    let record = this.#records[this.#head];
    while (record !== undefined && record.arrivalMs < cutoffMs) {
      this.#dropOldest(record);
      record = this.#records[this.#head];
    }
    this.#compact();
  }

  /** Forgets the oldest records until at most `maxBytes` are left. @returns how many were forgotten. */
  shrinkTo(maxBytes: number): number {
    let dropped = 0;
    let record = this.#records[this.#head];
    while (record !== undefined && this.#retainedBytes > maxBytes) {
      this.#dropOldest(record);
      dropped += 1;
      record = this.#records[this.#head];
    }
    this.#compact();
    return dropped;
  }

  /** Reads on from `position`, at most `limit` records and ten mebibytes. */
  read(position: string, limit: number, nowMs: number): ShardRead {
    const records: StoredRecord[] = [];
    let index = this.#indexAt(position);
    let bytes = 0;
    while (records.length < limit) {
      const record = this.#records[index];
      if (record === undefined || (records.length > 0 && bytes + record.sizeBytes > maxBytesPerGet)) break;
      records.push(record);
      bytes += record.sizeBytes;
      index += 1;
    }
    // "If a call returns 10 MiB, subsequent calls made within the next 5 seconds throw" [api GetRecords]: what exceeds a second's
    // worth has to be waited for in full.
    if (bytes > readBytesPerSecond) this.#readBytes.drain(nowMs);
    this.#readBytes.take(bytes, nowMs);
    const last = records.at(-1);
    return {
      records,
      nextPosition: last === undefined ? position : incrementSequenceNumber(last.SequenceNumber),
      remaining: this.#records.length - index,
    };
  }

  /** The position after everything stored so far. */
  latestPosition(): string {
    return incrementSequenceNumber(this.#sequence.last);
  }

  /** The position of the first record that arrived at `epochMs` or later. */
  positionAtTime(epochMs: number): string {
    // Arrival times need not grow (the clock of the service may be set), so there is nothing to bisect.
    for (let index = this.#head; index < this.#records.length; index += 1) {
      const record = this.#records[index];
      if (record !== undefined && record.arrivalMs >= epochMs) return record.SequenceNumber;
    }
    return this.latestPosition();
  }

  hashKeyRange(): HashKeyRange {
    return { StartingHashKey: this.startHashKey.toString(), EndingHashKey: this.endHashKey.toString() };
  }

  describe(): Shard {
    return {
      ShardId: this.id,
      ...(this.parentId === undefined ? {} : { ParentShardId: this.parentId }),
      ...(this.adjacentParentId === undefined ? {} : { AdjacentParentShardId: this.adjacentParentId }),
      HashKeyRange: this.hashKeyRange(),
      SequenceNumberRange: {
        StartingSequenceNumber: this.startingSequenceNumber,
        ...(this.#endingSequenceNumber === undefined ? {} : { EndingSequenceNumber: this.#endingSequenceNumber }),
      },
    };
  }

  #indexAt(position: string): number {
    let low = this.#head;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.#records[middle];
      if (record !== undefined && compareSequenceNumbers(record.SequenceNumber, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOldest(record: StoredRecord): void {
    this.#records[this.#head] = undefined;
    this.#head += 1;
    this.#retainedBytes -= record.sizeBytes;
  }

  #compact(): void {
    if (this.#head < compactAfter || this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }

  #writeBurst(): number {
    return Math.max(writeBytesPerSecond, this.#maxRecordBytes);
  }

  #resizeBuckets(nowMs: number): void {
    const records = writeRecordsPerSecond * this.#capacityFactor;
    this.#writeRecords = this.#writeRecords.resized(records, Math.max(1, records), nowMs);
    this.#writeBytes = this.#writeBytes.resized(
      writeBytesPerSecond * this.#capacityFactor,
      Math.max(1, this.#writeBurst() * this.#capacityFactor),
      nowMs,
    );
  }
}

export function shardIdOf(index: number): string {
  return `shardId-${String(index).padStart(12, "0")}`;
}

/** Reads a shard id, with or without its prefix, as AWS does; `undefined` when it is none. */
export function parseShardId(text: string): number | undefined {
  const digits = /^(?:shardId-)?(\d{1,12})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
