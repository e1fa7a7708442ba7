import type { MemoryObjectStore } from "@millrace/aws-simulator";
import type { S3 } from "@millrace/stored-events";
import { Readable } from "node:stream";

/** S3 without a network, for tests under a virtual clock: each call is one step. */
export function createMemoryS3(objects: MemoryObjectStore): S3 {
  const find = async (bucket: string, key: string) => {
    const listed = await objects.list(bucket, key);
    return listed.some((object) => object.key === key) ? objects.get(bucket, key) : undefined;
  };
  const getVersion: S3["getVersion"] = async (bucket, key) => {
    const found = await find(bucket, key);
    return found && { text: Buffer.from(found.bytes).toString("utf8"), etag: found.object.etag };
  };
  const listObjects: S3["listObjects"] = async function* (bucket, prefix) {
    for (const { key, sizeBytes, lastModified } of await objects.list(bucket, prefix)) {
      yield { key, bytes: sizeBytes, modifiedMs: lastModified };
    }
  };
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
      return Readable.from([Buffer.from((await objects.get(bucket, key)).bytes)]);
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
