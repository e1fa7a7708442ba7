import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";

const NEWLINE = 0x0a;

/** The lines of NDJSON, without their ends; blank ones are left out. */
export function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found === -1 ? bytes.length : found;
    if (end > start) lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** Each line with its end. */
export function joinLines(lines: readonly Uint8Array[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
}

/** True if bytes begin as gzip does: object stores keep it under any name. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export function unpack(bytes: Buffer): Buffer {
  return isGzip(bytes) ? gunzipSync(bytes) : bytes;
}

/**
 * Packs as the object was packed, in one gzip member whatever their number was. The same content gives the same bytes:
 * no time is written.
 */
export function packLike(original: Uint8Array, content: Buffer): Buffer {
  return isGzip(original) ? gzipSync(content) : content;
}
