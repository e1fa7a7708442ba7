import { crc32 } from "node:zlib";
import type { PutRecord } from "@millrace/put-records";

/** Length of the content, its checksum, length of the partition key: each four bytes, the last two. */
const lengthBytes = 4;
const headerBytes = lengthBytes + 4;
const keyLengthBytes = 2;

/** Writes a record as a frame: what is cut off or damaged is told from what is whole. */
export function encodeFrame({ partitionKey, data }: PutRecord): Buffer {
  const key = Buffer.from(partitionKey, "utf8");
  const contentBytes = keyLengthBytes + key.byteLength + data.byteLength;
  const frame = Buffer.allocUnsafe(headerBytes + contentBytes);
  frame.writeUInt32BE(contentBytes, 0);
  frame.writeUInt16BE(key.byteLength, headerBytes);
  key.copy(frame, headerBytes + keyLengthBytes);
  frame.set(data, headerBytes + keyLengthBytes + key.byteLength);
  frame.writeUInt32BE(crc32(frame.subarray(headerBytes)), lengthBytes);
  return frame;
}

/** Reads frames up to the first one that is not whole: a process that was killed while it wrote leaves such a tail. */
export function decodeFrames(bytes: Buffer): PutRecord[] {
  const records: PutRecord[] = [];
  for (let at = 0; at + headerBytes + keyLengthBytes <= bytes.byteLength; ) {
    const contentBytes = bytes.readUInt32BE(at);
    const start = at + headerBytes;
    const content = bytes.subarray(start, start + contentBytes);
    if (content.byteLength < Math.max(contentBytes, keyLengthBytes)) break;
    if (crc32(content) !== bytes.readUInt32BE(at + lengthBytes)) break;
    const dataStart = keyLengthBytes + content.readUInt16BE(0);
    records.push({
      partitionKey: content.toString("utf8", keyLengthBytes, dataStart),
      data: content.subarray(dataStart),
    });
    at = start + contentBytes;
  }
  return records;
}
