import type { MemoryObjectStore } from "@millrace/aws-simulator";
import { gunzipSync } from "node:zlib";

/** The lines of an object as Firehose stores it, with or without compression. */
export async function readLines(objectStore: MemoryObjectStore, bucket: string, key: string): Promise<string[]> {
  const { bytes } = await objectStore.get(bucket, key);
  const plain = key.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  return Buffer.from(plain).toString("utf8").split("\n").filter(Boolean);
}
