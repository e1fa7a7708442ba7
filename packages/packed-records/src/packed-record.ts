import { Buffer } from "node:buffer";
import {
  GZIP_LEVEL,
  MAX_CHUNK_BYTES,
  MAX_UNPACKED_BYTES,
  MAX_WINDOW_BITS,
  MIN_CHUNK_BYTES,
  MIN_WINDOW_BITS,
} from "./limits.ts";

// Asked for when a record is packed: to load it takes a thirtieth of what a function without packing starts with.
const zlib = () => process.getBuiltinModule("node:zlib");

/** How the lines of a record are written: as they are, or as one gzip member. */
export type Compression = "none" | "gzip";

export const compressions: readonly Compression[] = ["none", "gzip"];

/** Lines of a record. */
export interface UnpackedRecord {
  /** The lines; with a fault, the bytes of the record as they came. */
  readonly data: Buffer;
  /** Why a packed record cannot be read. It quotes nothing of the record. */
  readonly fault?: string;
}

/** Writes the lines of a record. Packed records can be joined as plain ones can: every reader of gzip takes members. */
export function packRecord(lines: Uint8Array, compression: Compression): Uint8Array {
  if (compression === "none") return lines;
  // Windows and tables of a small record are small: zlib clears them first, which costs more than its work.
  const bits = Math.min(MAX_WINDOW_BITS, Math.max(MIN_WINDOW_BITS, 32 - Math.clz32(lines.byteLength)));
  return zlib().gzipSync(lines, {
    level: GZIP_LEVEL,
    windowBits: bits,
    memLevel: Math.min(8, bits - 6),
    chunkSize: clampChunk(lines.byteLength >> 1),
  });
}

/** True if data begin as gzip does, which no line of JSON can. */
export function isPacked(data: Uint8Array): boolean {
  return data[0] === 0x1f && data[1] === 0x8b;
}

/** Reads a record in either form. Never throws: a member that is broken, or unfolds to too much, is a fault. */
export function unpackRecord(data: Uint8Array): UnpackedRecord {
  if (!isPacked(data)) return { data: asBuffer(data) };
  const end = data.byteLength;
  // The last four bytes of a member tell its length. They only choose how much room is made at once.
  const told = end < 18 ? 0 : new DataView(data.buffer, data.byteOffset + end - 4, 4).getUint32(0, true);
  try {
    return { data: zlib().gunzipSync(data, { maxOutputLength: MAX_UNPACKED_BYTES, chunkSize: clampChunk(told) }) };
  } catch (error) {
    const isTooLong = (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    const fault = isTooLong
      ? `The gzip of the record unfolds to more than ${MAX_UNPACKED_BYTES} bytes.`
      : "The record begins as gzip does, and is no whole gzip.";
    return { data: asBuffer(data), fault };
  }
}

/** Data of a record to show or search: its lines, or its bytes when they cannot be unpacked. */
export function linesOfData(data: Uint8Array): Buffer {
  return unpackRecord(data).data;
}

/** The same bytes, not a copy. */
function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function clampChunk(bytes: number): number {
  return Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, bytes));
}
