/**
 * Records that the Kinesis Producer Library aggregates: magic bytes, many records in protocol buffers, an MD5 of these.
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
import { createHash } from "node:crypto";

const magic = [0xf3, 0x89, 0x9a, 0xc2] as const;
const DIGEST_BYTES = 16;

/** True if the bytes are an aggregated record, whole: both the magic and the digest are right. */
export function isAggregated(bytes: Uint8Array): boolean {
  // The first byte alone tells every JSON text apart.
  if (bytes[0] !== magic[0] || bytes.byteLength < magic.length + DIGEST_BYTES) return false;
  if (!magic.every((byte, index) => bytes[index] === byte)) return false;
  const end = bytes.byteLength - DIGEST_BYTES;
  const digest = createHash("md5").update(bytes.subarray(magic.length, end)).digest();
  return digest.equals(bytes.subarray(end));
}
