import type { HashKeyRange, Shard } from "./api.ts";
import { type HexHashKey, toHexHashKey } from "./hash-key.ts";
import {
  ITERATOR_CALLS_PER_SECOND,
  maxBytesPerGet,
  readBytesPerSecond,
  READ_CALLS_PER_SECOND,
  writeBytesPerSecond,
  WRITE_RECORDS_PER_SECOND,
} from "./limits.ts";
import { MemoryRecordLog, type RecordLog } from "./record-log.ts";
import { incrementSequenceNumber, SequenceNumbers } from "./sequence-number.ts";
import { type RecordData, StoredRecord } from "./stored-record.ts";
import type { ShardDescription } from "./stream-description.ts";
import type { LastNumber } from "./stream-store.ts";
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
  /** Where the records are kept. Default in memory. */
  readonly log?: RecordLog | undefined;
}

/** How a shard was left by an earlier process. */
export interface ShardHistory {
  readonly lastNumber: LastNumber | undefined;
  readonly closedMs: number | undefined;
  readonly endingSequenceNumber: string | undefined;
}

/** Where a look back at a shard begins: at its end, or below these. */
export interface ViewBounds {
  /** A sequence number. */
  readonly before?: string | undefined;
  /** Epoch ms: only records that arrived before it. */
  readonly arrivedBeforeMs?: number | undefined;
}

/** Result of {@link ShardState.read}. */
export interface ShardRead {
  readonly records: StoredRecord[];
  /** The position after the last record read, or where the reader already stood. */
  readonly nextPosition: string;
  /** Records in the shard that were not read yet. */
  readonly remaining: number;
}

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
  readonly #log: RecordLog;
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
    this.#log = options.log ?? new MemoryRecordLog();
    const now = options.createdMs;
    this.#sequence = new SequenceNumbers(options.index, now);
    this.#writeRecords = new TokenBucket(WRITE_RECORDS_PER_SECOND, WRITE_RECORDS_PER_SECOND, now);
    this.#writeBytes = new TokenBucket(writeBytesPerSecond, this.#writeBurst(), now);
    this.#readCalls = new TokenBucket(READ_CALLS_PER_SECOND, READ_CALLS_PER_SECOND, now);
    this.#readBytes = new TokenBucket(readBytesPerSecond, readBytesPerSecond, now);
    this.#iteratorCalls = new TokenBucket(ITERATOR_CALLS_PER_SECOND, ITERATOR_CALLS_PER_SECOND, now);
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

  /** `undefined` when the shard gave out none. */
  get lastSequenceNumber(): string | undefined {
    return this.#sequence.lastIndex === 0 ? undefined : this.#sequence.last;
  }

  get retainedRecords(): number {
    return this.#log.size;
  }

  get retainedBytes(): number {
    return this.#log.bytes;
  }

  /** Something was put here that cannot be read yet. */
  get hasPending(): boolean {
    return this.#log.pending > 0;
  }

  /** The records still retained, oldest first, from `position` on. */
  *records(position?: string): Generator<StoredRecord> {
    const log = this.#log;
    // Records may be dropped between two steps: the place counts them, the rank does not.
    let place = log.dropped + (position === undefined ? 0 : log.rankOf(position));
    for (;;) {
      const rank = Math.max(0, place - log.dropped);
      if (rank >= log.size) return;
      place = log.dropped + rank + 1;
      const record = log.at(rank);
      if (record !== undefined) yield record;
    }
  }

  /** The records still retained, newest first, below a sequence number and before a time. */
  *newestFirst({ before, arrivedBeforeMs }: ViewBounds = {}): Generator<StoredRecord> {
    const log = this.#log;
    const end = before === undefined ? log.size : log.rankOf(before);
    let place = log.dropped + (arrivedBeforeMs === undefined ? end : this.#rankAt(arrivedBeforeMs, end));
    for (;;) {
      place -= 1;
      if (place < log.dropped) return;
      const record = log.at(place - log.dropped);
      if (record !== undefined) yield record;
    }
  }

  /** How many of the first `end` records arrived before a time. */
  #rankAt(arrivedBeforeMs: number, end: number): number {
    let low = 0;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log.arrivalAt(middle) ?? 0) < arrivedBeforeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** How many of the records still retained came after the one with this sequence number; all without one. */
  countAfter(sequenceNumber?: string): number {
    if (sequenceNumber === undefined) return this.#log.size;
    return this.#log.size - this.#log.rankOf(incrementSequenceNumber(sequenceNumber));
  }

  /** Goes on as an earlier process left it. */
  resume({ lastNumber, closedMs, endingSequenceNumber }: ShardHistory): void {
    if (lastNumber !== undefined) this.#sequence.resumeAfter(lastNumber.index, lastNumber.arrivalMs);
    this.#closedMs = closedMs;
    this.#endingSequenceNumber = endingSequenceNumber;
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

  /** @param onRefused called when the record could not be stored after all */
  append(
    partitionKey: string,
    data: RecordData,
    sizeBytes: number,
    nowMs: number,
    onRefused?: () => void,
  ): StoredRecord {
    const record = new StoredRecord(this.#sequence.next(nowMs), partitionKey, data, sizeBytes, nowMs);
    this.#log.append(record, this.#sequence.lastIndex, onRefused);
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
    let arrivalMs = this.#log.arrivalAt(0);
    while (arrivalMs !== undefined && arrivalMs < cutoffMs) {
      this.#log.dropOldest();
      arrivalMs = this.#log.arrivalAt(0);
    }
  }

  /** Forgets the oldest records until at most `maxBytes` are left. @returns how many were forgotten. */
  shrinkTo(maxBytes: number): number {
    let dropped = 0;
    while (this.#log.size > 0 && this.#log.bytes > maxBytes) {
      this.#log.dropOldest();
      dropped += 1;
    }
    return dropped;
  }

  /** Reads on from `position`, at most `limit` records and ten mebibytes. */
  read(position: string, limit: number, nowMs: number): ShardRead {
    const { bytes, ...read } = this.peek(position, maxBytesPerGet, limit);
    // "If a call returns 10 MiB, subsequent calls made within the next 5 seconds throw" [api GetRecords]: what exceeds
    // a second's worth has to be waited for in full.
    if (bytes > readBytesPerSecond) this.#readBytes.drain(nowMs);
    this.#readBytes.take(bytes, nowMs);
    return read;
  }

  /** Reads as {@link read} does, and takes nothing of the capacity that GetRecords callers share. */
  peek(
    position: string,
    maxBytes: number,
    limit = Number.POSITIVE_INFINITY,
  ): ShardRead & {
    /** Bytes of the records together. */
    readonly bytes: number;
  } {
    const records: StoredRecord[] = [];
    const log = this.#log;
    let rank = log.rankOf(position);
    let bytes = 0;
    for (; records.length < limit && rank < log.size; rank += 1) {
      const record = log.at(rank);
      if (record === undefined) continue;
      if (records.length > 0 && bytes + record.sizeBytes > maxBytes) break;
      records.push(record);
      bytes += record.sizeBytes;
    }
    const last = records.at(-1);
    return {
      bytes,
      records,
      nextPosition: last === undefined ? position : incrementSequenceNumber(last.SequenceNumber),
      remaining: log.size - rank,
    };
  }

  /** The position after everything stored so far. */
  latestPosition(): string {
    return incrementSequenceNumber(this.#sequence.last);
  }

  /** The position of the first record that arrived at `epochMs` or later. */
  positionAtTime(epochMs: number): string {
    // Arrival times need not grow (the clock of the service may be set), so there is nothing to bisect.
    for (let rank = 0; rank < this.#log.size; rank += 1) {
      if ((this.#log.arrivalAt(rank) ?? 0) >= epochMs)
        return this.#log.at(rank)?.SequenceNumber ?? this.latestPosition();
    }
    return this.latestPosition();
  }

  hashKeyRange(): HashKeyRange {
    return { StartingHashKey: this.startHashKey.toString(), EndingHashKey: this.endHashKey.toString() };
  }

  /** The shard as it is written down. */
  toDescription(): ShardDescription {
    return {
      index: this.index,
      startHashKey: this.startHashKey.toString(),
      endHashKey: this.endHashKey.toString(),
      createdMs: this.createdMs,
      ...(this.#closedMs === undefined ? {} : { closedMs: this.#closedMs }),
      ...(this.#endingSequenceNumber === undefined ? {} : { endingSequenceNumber: this.#endingSequenceNumber }),
      ...(this.parentId === undefined ? {} : { parentId: this.parentId }),
      ...(this.adjacentParentId === undefined ? {} : { adjacentParentId: this.adjacentParentId }),
    };
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

  #writeBurst(): number {
    return Math.max(writeBytesPerSecond, this.#maxRecordBytes);
  }

  #resizeBuckets(nowMs: number): void {
    const records = WRITE_RECORDS_PER_SECOND * this.#capacityFactor;
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
