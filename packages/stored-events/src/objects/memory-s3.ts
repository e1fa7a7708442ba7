import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import type { S3 } from "./open-s3.ts";

/** The part of a store of objects that stands in for S3; `MemoryObjectStore` of `aws-simulator` has it. */
export interface ObjectMap {
  put(bucket: string, key: string, bytes: Uint8Array): Promise<{ readonly etag: string }>;
  get(bucket: string, key: string): Promise<{ readonly object: { readonly etag: string }; readonly bytes: Uint8Array }>;
  list(
    bucket: string,
    prefix: string,
  ): Promise<readonly { readonly key: string; readonly sizeBytes: number; readonly lastModified: number }[]>;
  delete(bucket: string, key: string): Promise<void>;
}

/**
 * S3 without a network, for programs under a virtual clock: each call is one step. Objects come unpacked, since gunzip
 * of a stream works in a thread, for which no virtual clock waits.
 */
export function createMemoryS3(objects: ObjectMap): S3 {
  async function getVersion(bucket: string, key: string) {
    const listed = await objects.list(bucket, key);
    if (listed.every((object) => object.key !== key)) return undefined;
    const { object, bytes } = await objects.get(bucket, key);
    return { text: Buffer.from(bytes).toString("utf8"), etag: object.etag };
  }
  async function* listObjects(bucket: string, prefix: string) {
    for (const { key, sizeBytes, lastModified } of await objects.list(bucket, prefix)) {
      yield { key, bytes: sizeBytes, modifiedMs: lastModified };
    }
  }
  // One conditional put at a time, as S3 orders them.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    listObjects,
    async *list(bucket, prefix) {
      for await (const { key } of listObjects(bucket, prefix)) yield key;
    },
    async *folders(bucket, prefix) {
      const folders = (await objects.list(bucket, prefix)).flatMap(({ key }) => {
        const end = key.indexOf("/", prefix.length);
        return end === -1 ? [] : [key.slice(0, end + 1)];
      });
      yield* new Set(folders);
    },
    async get(bucket, key) {
      const { bytes } = await objects.get(bucket, key);
      const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return Readable.from([isPacked ? gunzipSync(bytes) : Buffer.from(bytes)]);
    },
    getText: async (bucket, key) => (await getVersion(bucket, key))?.text,
    getVersion,
    async put(bucket, key, body) {
      await objects.put(bucket, key, Buffer.from(body));
    },
    putIf(bucket, key, body, condition) {
      const put = turn.then(async () => {
        const etag = (await getVersion(bucket, key))?.etag;
        const holds = condition === "absent" ? etag === undefined : etag === condition.etag;
        return holds ? (await objects.put(bucket, key, Buffer.from(body))).etag : undefined;
      });
      turn = put;
      return put;
    },
    delete: (bucket, key) => objects.delete(bucket, key),
    close: () => undefined,
  };
}
