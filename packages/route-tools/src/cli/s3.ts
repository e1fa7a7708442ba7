import type { Readable } from "node:stream";
import { UsageError } from "../errors.ts";

/** What the commands do with buckets. */
export interface S3 {
  /** Keys below a prefix, in order. */
  list(bucket: string, prefix: string): AsyncGenerator<string>;
  get(bucket: string, key: string): Promise<Readable>;
  /** The object as text; undefined when there is none. */
  getText(bucket: string, key: string): Promise<string | undefined>;
  put(bucket: string, key: string, body: string): Promise<void>;
  close(): void;
}

/** @throws UsageError when it is no `s3://bucket/key`; the key may be empty. */
export function parseS3Url(url: string): { bucket: string; key: string } {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(url) ?? [];
  if (bucket === undefined) throw new UsageError(`Expected s3://bucket/key, got ${url}`);
  return { bucket, key };
}

/**
 * The S3 client with what the environment says: region, credentials, `AWS_ENDPOINT_URL_S3`. It is loaded only here:
 * most commands need none, and it takes longer to load than they take to run.
 */
export async function openS3(): Promise<S3> {
  const { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({
    // Another endpoint than that of AWS has no host name for every bucket.
    forcePathStyle: (process.env["AWS_ENDPOINT_URL_S3"] ?? process.env["AWS_ENDPOINT_URL"]) !== undefined,
  });
  return {
    async *list(Bucket, Prefix) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        for (const { Key } of Contents) if (Key !== undefined && !Key.endsWith("/")) yield Key;
      }
    },
    async get(Bucket, Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Body as Readable;
    },
    async getText(Bucket, Key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return await Body?.transformToString();
      } catch (error) {
        if ((error as { name?: unknown }).name === "NoSuchKey") return undefined;
        throw error;
      }
    },
    async put(Bucket, Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json" }));
    },
    close: () => client.destroy(),
  };
}
