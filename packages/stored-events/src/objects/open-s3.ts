import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { Readable } from "node:stream";
import { isMissingObject, isRefusedWrite } from "./s3-answers.ts";

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly modifiedMs: number;
}

/** An object and its version. */
export interface VersionedText {
  readonly text: string;
  readonly etag: string;
}

/** Put only if nothing is there (`absent`), or only over the version of this ETag. */
export type PutCondition = "absent" | { readonly etag: string };

/** The part of S3 that commands use. */
export interface S3 {
  /** Keys below a prefix, in order. */
  list(bucket: string, prefix: string): AsyncGenerator<string>;
  /** The same with sizes and times. */
  listObjects(bucket: string, prefix: string): AsyncGenerator<ListedObject>;
  /** The folders right below a prefix, each with the prefix before it and `/` behind it. */
  folders(bucket: string, prefix: string): AsyncGenerator<string>;
  get(bucket: string, key: string): Promise<Readable>;
  /** The object as text; undefined when there is none. */
  getText(bucket: string, key: string): Promise<string | undefined>;
  /** The object and its version; undefined when there is none. */
  getVersion(bucket: string, key: string): Promise<VersionedText | undefined>;
  put(bucket: string, key: string, body: string | Uint8Array): Promise<void>;
  /** The ETag of the new version; undefined when the condition did not hold, and then nothing has changed. */
  putIf(bucket: string, key: string, body: string, condition: PutCondition): Promise<string | undefined>;
  delete(bucket: string, key: string): Promise<void>;
  close(): void;
}

/**
 * The S3 client with the settings of the environment: region, credentials, `AWS_ENDPOINT_URL_S3`; or with the ones
 * given. It is loaded here alone: most commands need none, and it takes longer to load than they take to run.
 */
export async function openS3(config: S3ClientConfig = {}): Promise<S3> {
  const { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } = await import(
    "@aws-sdk/client-s3"
  );
  const hasEndpoint =
    (config.endpoint ?? process.env["AWS_ENDPOINT_URL_S3"] ?? process.env["AWS_ENDPOINT_URL"]) !== undefined;
  // Another endpoint than that of AWS has no host name for every bucket.
  const client = new S3Client({ forcePathStyle: hasEndpoint, ...config });

  async function* listObjects(Bucket: string, Prefix: string): AsyncGenerator<ListedObject> {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
      for (const { Key: key, Size: bytes = 0, LastModified } of Contents) {
        if (key !== undefined && !key.endsWith("/")) yield { key, bytes, modifiedMs: LastModified?.getTime() ?? 0 };
      }
    }
  }

  async function getVersion(Bucket: string, Key: string): Promise<VersionedText | undefined> {
    try {
      const { Body, ETag = "" } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return { text: (await Body?.transformToString()) ?? "", etag: ETag };
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      throw error;
    }
  }

  return {
    listObjects,
    async *list(bucket, prefix) {
      for await (const { key } of listObjects(bucket, prefix)) yield key;
    },
    async *folders(Bucket, Prefix) {
      const pages = paginateListObjectsV2({ client }, { Bucket, Prefix, Delimiter: "/" });
      for await (const { CommonPrefixes = [] } of pages) {
        for (const { Prefix: folder } of CommonPrefixes) if (folder !== undefined) yield folder;
      }
    },
    async get(Bucket, Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Body as Readable;
    },
    getText: async (bucket, key) => (await getVersion(bucket, key))?.text,
    getVersion,
    async put(Bucket, Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json" }));
    },
    async putIf(Bucket, Key, Body, condition) {
      const when = condition === "absent" ? { IfNoneMatch: "*" } : { IfMatch: condition.etag };
      try {
        const put = new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json", ...when });
        return (await client.send(put)).ETag ?? "";
      } catch (error) {
        if (isRefusedWrite(error)) return undefined;
        throw error;
      }
    },
    async delete(Bucket, Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    close: () => client.destroy(),
  };
}
