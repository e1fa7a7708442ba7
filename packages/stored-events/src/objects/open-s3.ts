import type { ListObjectVersionsOutput, S3ClientConfig } from "@aws-sdk/client-s3";
import { Buffer } from "node:buffer";
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

/** One version of an object, as a listing of versions shows it. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** `null` in a bucket that keeps no versions. */
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly etag: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly modifiedMs: number;
}

/** The versions of objects: for what has to be out of all of them. */
export interface S3Versions {
  /** Every version below a prefix, those included that another has replaced or a delete has hidden. */
  list(bucket: string, prefix: string): AsyncGenerator<ObjectVersion>;
  /** Undefined when it is gone. */
  get(version: ObjectVersion): Promise<Buffer | undefined>;
  /** Deletes a version for good. */
  delete(version: ObjectVersion): Promise<void>;
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
  putIf(bucket: string, key: string, body: string | Uint8Array, condition: PutCondition): Promise<string | undefined>;
  delete(bucket: string, key: string): Promise<void>;
  close(): void;
}

/**
 * The S3 client with the settings of the environment: region, credentials, `AWS_ENDPOINT_URL_S3`; or with the ones
 * given. It is loaded here alone: most commands need none, and it takes longer to load than they take to run.
 */
export async function openS3(config: S3ClientConfig = {}): Promise<S3 & { readonly versions: S3Versions }> {
  const {
    DeleteObjectCommand,
    GetObjectCommand,
    ListObjectVersionsCommand,
    paginateListObjectsV2,
    PutObjectCommand,
    S3Client,
  } = await import("@aws-sdk/client-s3");
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

  const ofVersion = ({ versionId }: ObjectVersion) => (versionId === "null" ? {} : { VersionId: versionId });

  async function* listVersions(Bucket: string, Prefix: string): AsyncGenerator<ObjectVersion> {
    for (let next: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}; next !== undefined; ) {
      const page: ListObjectVersionsOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket, Prefix, ...next }),
      );
      for (const {
        Key = "",
        VersionId = "null",
        IsLatest = false,
        ETag = "",
        Size = 0,
        LastModified,
      } of page.Versions ?? []) {
        if (Key.endsWith("/")) continue;
        const modifiedMs = LastModified?.getTime() ?? 0;
        const place = { bucket: Bucket, key: Key, versionId: VersionId };
        yield { ...place, isLatest: IsLatest, etag: ETag, bytes: Size, modifiedMs };
      }
      const { NextKeyMarker, NextVersionIdMarker } = page;
      next =
        page.IsTruncated !== true || NextKeyMarker === undefined
          ? undefined
          : {
              KeyMarker: NextKeyMarker,
              ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
            };
    }
  }

  const versions: S3Versions = {
    list: listVersions,
    async get(version) {
      const { bucket: Bucket, key: Key } = version;
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...ofVersion(version) }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      } catch (error) {
        if (isMissingObject(error)) return undefined;
        throw error;
      }
    },
    async delete(version) {
      await client.send(new DeleteObjectCommand({ Bucket: version.bucket, Key: version.key, ...ofVersion(version) }));
    },
  };

  return {
    versions,
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
        const type = typeof Body === "string" ? { ContentType: "application/json" } : {};
        const put = new PutObjectCommand({ Bucket, Key, Body, ...type, ...when });
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
