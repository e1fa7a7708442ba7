import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";

/** A file or folder of a zip; the name of a folder ends in `/`. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Lengths of the fixed parts, and their first four bytes. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
const END_BYTES = 22;
const endSignature = 0x06054b50;
const ENTRY_BYTES = 46;
const entrySignature = 0x02014b50;
const LOCAL_BYTES = 30;
const localSignature = 0x04034b50;
const maxCommentBytes = 0xffff;

const STORED = 0;
const DEFLATED = 8;

const inflate = promisify(inflateRaw);

/**
 * Reads a zip by its directory, with the inflate of Node: one in JavaScript takes ten times as long, and a start waits
 * for it.
 * @throws Error for what is no whole and sound zip, and for compressions other than deflate
 */
export async function readZipEntries(zip: Uint8Array): Promise<ZipEntry[]> {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = findEnd(bytes);
  const entries: Promise<ZipEntry>[] = [];
  let offset = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    requireSignature(bytes, offset, entrySignature, ENTRY_BYTES);
    const nameBytes = bytes.readUInt16LE(offset + 28);
    const name = bytes.toString("utf8", offset + ENTRY_BYTES, offset + ENTRY_BYTES + nameBytes);
    entries.push(readEntry(bytes, offset, name));
    offset += ENTRY_BYTES + nameBytes + bytes.readUInt16LE(offset + 30) + bytes.readUInt16LE(offset + 32);
  }
  return Promise.all(entries);
}

/** The end of the directory lies behind everything but a comment. */
function findEnd(bytes: Buffer): number {
  const last = bytes.byteLength - END_BYTES;
  for (let offset = last; offset >= Math.max(0, last - maxCommentBytes); offset -= 1)
    if (bytes.readUInt32LE(offset) === endSignature) return offset;
  throw new Error("It is not a zip, or its end is missing.");
}

async function readEntry(bytes: Buffer, offset: number, name: string): Promise<ZipEntry> {
  const method = bytes.readUInt16LE(offset + 10);
  const checksum = bytes.readUInt32LE(offset + 16);
  const packedBytes = bytes.readUInt32LE(offset + 20);
  const fileBytes = bytes.readUInt32LE(offset + 24);
  const local = bytes.readUInt32LE(offset + 42);
  requireSignature(bytes, local, localSignature, LOCAL_BYTES);
  const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(start, start + packedBytes);
  if (method !== STORED && method !== DEFLATED)
    throw new Error(`The entry ${JSON.stringify(name)} is compressed by method ${method}; expected deflate.`);
  const file = method === STORED ? packed : await inflate(packed, { maxOutputLength: Math.max(1, fileBytes) });
  if (file.byteLength !== fileBytes || crc32(file) !== checksum)
    throw new Error(`The entry ${JSON.stringify(name)} is damaged.`);
  return { name, bytes: file };
}

function requireSignature(bytes: Buffer, offset: number, signature: number, length: number): void {
  if (offset + length > bytes.byteLength || bytes.readUInt32LE(offset) !== signature)
    throw new Error("It is not a whole zip: its directory leads nowhere.");
}
