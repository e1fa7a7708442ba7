import { crc32 } from "node:zlib";
import type { PutRecord } from "@millrace/put-records";

/** Length of the content, its checksum, length of the partition key: each four bytes, the last two. */
const LENGTH_BYTES = 4;
const headerBytes = LENGTH_BYTES + 4;
const KEY_LENGTH_BYTES = 2;

/** Writes a record as a frame: what is cut off or damaged is told from what is whole. */
export function encodeFrame({ partitionKey, data }: PutRecord): Buffer {
  const key = Buffer.from(partitionKey, "utf8");
  const contentBytes = KEY_LENGTH_BYTES + key.byteLength + data.byteLength;
  const frame = Buffer.allocUnsafe(headerBytes + contentBytes);
  frame.writeUInt32BE(contentBytes, 0);
  frame.writeUInt16BE(key.byteLength, headerBytes);
  key.copy(frame, headerBytes + KEY_LENGTH_BYTES);
  frame.set(data, headerBytes + KEY_LENGTH_BYTES + key.byteLength);
  frame.writeUInt32BE(crc32(frame.subarray(headerBytes)), LENGTH_BYTES);
  return frame;
}

/** Reads frames up to the first one that is not whole: a process that was killed while it wrote leaves such a tail. */
export function decodeFrames(bytes: Buffer): PutRecord[] {
  const records: PutRecord[] = [];
  for (let at = 0; at + headerBytes + KEY_LENGTH_BYTES <= bytes.byteLength; ) {
    const contentBytes = bytes.readUInt32BE(at);
    const start = at + headerBytes;
    const content = bytes.subarray(start, start + contentBytes);
    if (content.byteLength < Math.max(contentBytes, KEY_LENGTH_BYTES)) break;
    if (crc32(content) !== bytes.readUInt32BE(at + LENGTH_BYTES)) break;
    const dataStart = KEY_LENGTH_BYTES + content.readUInt16BE(0);
    records.push({
      partitionKey: content.toString("utf8", KEY_LENGTH_BYTES, dataStart),
      data: content.subarray(dataStart),
    });
    at = start + contentBytes;
  }
  return records;
}
