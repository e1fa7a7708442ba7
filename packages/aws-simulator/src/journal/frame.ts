/**
 * How entries lie in a segment: `magic (4) · length of the body (4) · CRC-32 of length and body (4) · body`, one after
 * the other. A length prefix makes reading quick, the checksum finds torn and flipped bytes, the magic finds the next
 * entry behind them.
 */
import { crc32 } from "node:zlib";
import { ENTRY_HEADER_BYTES, entryMagic, MAX_ENTRY_BYTES } from "./limits.ts";

const magicBytes = Buffer.alloc(4);
magicBytes.writeUInt32BE(entryMagic);

/** Puts an entry round a body. */
export function frame(body: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(ENTRY_HEADER_BYTES + body.byteLength);
  body.copy(framed, ENTRY_HEADER_BYTES);
  writeHeader(framed, 0, body.byteLength);
  return framed;
}

/** Makes an entry at `offset` of a body that lies behind the room of its header already. */
export function writeHeader(bytes: Buffer, offset: number, bodyBytes: number): void {
  bytes.writeUInt32BE(entryMagic, offset);
  bytes.writeUInt32BE(bodyBytes, offset + 4);
  bytes.writeUInt32BE(checksumOf(bytes, offset, bodyBytes), offset + 8);
}

/** The body of the entry that begins at `offset`; `undefined` when there is no whole and sound one. */
export function bodyAt(bytes: Buffer, offset: number): Buffer | undefined {
  const start = offset + ENTRY_HEADER_BYTES;
  if (start > bytes.byteLength || bytes.readUInt32BE(offset) !== entryMagic) return undefined;
  const length = bytes.readUInt32BE(offset + 4);
  if (length > MAX_ENTRY_BYTES || start + length > bytes.byteLength) return undefined;
  if (bytes.readUInt32BE(offset + 8) !== checksumOf(bytes, offset, length)) return undefined;
  return bytes.subarray(start, start + length);
}

/** A stretch of a segment that holds no entry. */
export interface Damage {
  readonly offset: number;
  readonly bytes: number;
  /** An entry that was not written to its end, at the end of the segment. */
  readonly isTorn: boolean;
}

/** Contents of a segment: each entry with its offset, and the parts that cannot be read. */
export type Scanned =
  | { readonly kind: "entry"; readonly offset: number; readonly body: Buffer }
  | ({ readonly kind: "damage" } & Damage);

/** Reads a segment from its beginning; behind damage it goes on with the next sound entry. */
export function* scan(bytes: Buffer): Generator<Scanned> {
  let offset = 0;
  while (offset < bytes.byteLength) {
    const body = bodyAt(bytes, offset);
    if (body !== undefined) {
      yield { kind: "entry", offset, body };
      offset += ENTRY_HEADER_BYTES + body.byteLength;
      continue;
    }
    const next = findEntry(bytes, offset + 1);
    const end = next ?? bytes.byteLength;
    const isTorn = next === undefined && isBegun(bytes.subarray(offset));
    yield { kind: "damage", offset, bytes: end - offset, isTorn };
    offset = end;
  }
}

/** True for the first part of an entry, and for room that a file system gave to one before it had its bytes. */
function isBegun(bytes: Buffer): boolean {
  if (bytes.every((byte) => byte === 0)) return true;
  const magic = bytes.subarray(0, magicBytes.byteLength);
  if (!magic.equals(magicBytes.subarray(0, magic.byteLength))) return false;
  if (bytes.byteLength < ENTRY_HEADER_BYTES) return true;
  const length = bytes.readUInt32BE(magicBytes.byteLength);
  return length <= MAX_ENTRY_BYTES && ENTRY_HEADER_BYTES + length > bytes.byteLength;
}

function findEntry(bytes: Buffer, from: number): number | undefined {
  let offset = bytes.indexOf(magicBytes, from);
  while (offset >= 0) {
    if (bodyAt(bytes, offset) !== undefined) return offset;
    offset = bytes.indexOf(magicBytes, offset + 1);
  }
  return undefined;
}

function checksumOf(bytes: Buffer, offset: number, length: number): number {
  const start = offset + ENTRY_HEADER_BYTES;
  return crc32(bytes.subarray(start, start + length), crc32(bytes.subarray(offset + 4, offset + 8)));
}
