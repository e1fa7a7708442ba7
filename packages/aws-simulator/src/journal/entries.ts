/** Entries of the journal. Records are bytes; every other entry is JSON, because it is rare and should be readable. */
import { decodedLength, type RecordData } from "../kinesis/stored-record.ts";
import type { StreamDescription } from "../kinesis/stream-description.ts";

/** A record and the shard it lies in. */
export interface RecordEntry {
  /** Number of the stream in this journal: a stream made again under its name has another one. */
  readonly streamId: number;
  readonly shardIndex: number;
  /** Place within the shard, counted from 1: the part of the sequence number that grows. */
  readonly index: number;
  readonly arrivalMs: number;
  readonly partitionKey: string;
  readonly data: RecordData;
}

/** How far a consumer has come in a shard. */
export interface CheckpointEntry {
  readonly streamId: number;
  readonly consumer: string;
  readonly shardIndex: number;
  /** Sequence number of the last record it is done with. */
  readonly after: string;
}

/** A stream as it is from here on. */
export interface StreamEntry {
  readonly streamId: number;
  readonly description: StreamDescription;
}

/** Everything that has to be known to read what follows: the first entry of each segment. */
export interface SnapshotEntry {
  readonly version: number;
  readonly nextStreamId: number;
  readonly streams: readonly StreamEntry[];
  readonly checkpoints: readonly CheckpointEntry[];
  /** The highest index given out in each shard. */
  readonly lastIndexes: readonly (readonly [streamId: number, shardIndex: number, index: number, arrivalMs: number])[];
}

export type Entry =
  | { readonly kind: "record"; readonly record: RecordEntry }
  | { readonly kind: "checkpoint"; readonly checkpoint: CheckpointEntry }
  | { readonly kind: "stream"; readonly stream: StreamEntry }
  | { readonly kind: "stream-deleted"; readonly streamId: number }
  | { readonly kind: "snapshot"; readonly snapshot: SnapshotEntry };

/** Raised whenever an older version could not read what this one writes. */
export const JOURNAL_VERSION = 1;

const RECORD_KIND = 1;
const JSON_KIND = 2;
/** Kind 1, stream 4, shard 4, index 8, arrival 8, length of the key 2. */
const RECORD_HEADER_BYTES = 27;

/** Bytes that {@link writeRecord} takes. */
export function recordBodyBytes({ partitionKey, data }: RecordEntry): number {
  const dataBytes = typeof data === "string" ? decodedLength(data) : data.byteLength;
  return RECORD_HEADER_BYTES + Buffer.byteLength(partitionKey, "utf8") + dataBytes;
}

/** Writes the body of a record's entry: base64 text is decoded right into its place. */
export function writeRecord(record: RecordEntry, bytes: Buffer, offset: number): void {
  const { data } = record;
  bytes.writeUInt8(RECORD_KIND, offset);
  bytes.writeUInt32BE(record.streamId, offset + 1);
  bytes.writeUInt32BE(record.shardIndex, offset + 5);
  bytes.writeDoubleBE(record.index, offset + 9);
  bytes.writeDoubleBE(record.arrivalMs, offset + 17);
  const keyBytes = bytes.write(record.partitionKey, offset + RECORD_HEADER_BYTES, "utf8");
  bytes.writeUInt16BE(keyBytes, offset + 25);
  const dataStart = offset + RECORD_HEADER_BYTES + keyBytes;
  if (typeof data === "string") bytes.write(data, dataStart, "base64");
  else bytes.set(data, dataStart);
}

export function encodeRecord(record: RecordEntry): Buffer {
  const body = Buffer.allocUnsafe(recordBodyBytes(record));
  writeRecord(record, body, 0);
  return body;
}

export function encodeJson(entry: Exclude<Entry, { kind: "record" }>): Buffer {
  const text = Buffer.from(JSON.stringify(entry));
  return Buffer.concat([Buffer.from([JSON_KIND]), text]);
}

/**
 * Reads a sound body. `data` of a record is a view of it, not a copy.
 * @throws RangeError for a kind that is not known
 */
export function decodeEntry(body: Buffer): Entry {
  const kind = body.readUInt8(0);
  if (kind === JSON_KIND) return JSON.parse(body.toString("utf8", 1)) as Entry;
  if (kind !== RECORD_KIND) throw new RangeError(`Expected an entry of kind 1 or 2, got ${kind}.`);
  const dataStart = RECORD_HEADER_BYTES + body.readUInt16BE(25);
  return {
    kind: "record",
    record: {
      streamId: body.readUInt32BE(1),
      shardIndex: body.readUInt32BE(5),
      index: body.readDoubleBE(9),
      arrivalMs: body.readDoubleBE(17),
      partitionKey: body.toString("utf8", RECORD_HEADER_BYTES, dataStart),
      data: body.subarray(dataStart),
    },
  };
}
