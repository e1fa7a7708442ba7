import { Buffer } from "node:buffer";
import type { S3Client } from "@aws-sdk/client-s3";
import { isMissingObject, isRefusedWrite } from "@millrace/stored-events";
import { StoreError } from "../errors.ts";

/** One version of an object, as a listing shows it. */
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

/** The part of S3 that looking for a person takes, and erasing them. */
export interface ObjectClient {
  /** Every version below a prefix, those included that another has replaced or a delete has hidden. */
  versions(bucket: string, prefix: string): AsyncGenerator<ObjectVersion>;
  /** Undefined when it is gone. */
  read(version: ObjectVersion): Promise<Buffer | undefined>;
  /**
   * Puts other bytes in the place of the latest version, if it is still that version.
   * @returns the new ETag; undefined when another version had come, and nothing has changed
   */
  replace(version: ObjectVersion, body: Uint8Array): Promise<string | undefined>;
  /** Deletes a version for good. */
  remove(version: ObjectVersion): Promise<void>;
  /** A small text beside the data; undefined when there is none. */
  readText(bucket: string, key: string): Promise<{ readonly text: string; readonly etag: string } | undefined>;
  /** Stores it if the stored one still has that ETag, or is absent. @returns the new ETag, undefined when refused */
  writeText(bucket: string, key: string, text: string, etag: string | undefined): Promise<string | undefined>;
}

/** The client with the credentials of the environment, or of `client`. */
export async function createObjectClient(client: S3Client): Promise<ObjectClient> {
  const { DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } = await import(
    "@aws-sdk/client-s3"
  );

  async function put(Bucket: string, Key: string, Body: Uint8Array | string, condition: object, type?: string) {
    try {
      const put = new PutObjectCommand({ Bucket, Key, Body, ...condition, ...(type && { ContentType: type }) });
      return (await client.send(put)).ETag ?? "";
    } catch (error) {
      if (isRefusedWrite(error)) return undefined;
      throw failure(`s3://${Bucket}/${Key} cannot be written`, error);
    }
  }

  return {
    async *versions(Bucket, Prefix) {
      let KeyMarker: string | undefined;
      let VersionIdMarker: string | undefined;
      do {
        const input = { Bucket, Prefix, KeyMarker, VersionIdMarker };
        const page = await client.send(new ListObjectVersionsCommand(input)).catch((error: unknown) => {
          throw failure(`The versions below s3://${Bucket}/${Prefix} cannot be listed`, error);
        });
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
          yield {
            bucket: Bucket,
            key: Key,
            versionId: VersionId,
            isLatest: IsLatest,
            etag: ETag,
            bytes: Size,
            modifiedMs,
          };
        }
        KeyMarker = page.IsTruncated === true ? page.NextKeyMarker : undefined;
        VersionIdMarker = page.NextVersionIdMarker;
      } while (KeyMarker !== undefined);
    },
    async read({ bucket, key, versionId }) {
      const version = versionId === "null" ? {} : { VersionId: versionId };
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...version }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      } catch (error) {
        if (isMissingObject(error)) return undefined;
        throw failure(`s3://${bucket}/${key} cannot be read`, error);
      }
    },
    replace: ({ bucket, key, etag }, body) => put(bucket, key, body, { IfMatch: etag }),
    async remove({ bucket, key, versionId }) {
      const version = versionId === "null" ? {} : { VersionId: versionId };
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, ...version })).catch((error: unknown) => {
        throw failure(`s3://${bucket}/${key} (version ${versionId}) cannot be deleted`, error);
      });
    },
    async readText(Bucket, Key) {
      try {
        const { Body, ETag = "" } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return { text: (await Body?.transformToString()) ?? "", etag: ETag };
      } catch (error) {
        if (isMissingObject(error)) return undefined;
        throw failure(`s3://${Bucket}/${Key} cannot be read`, error);
      }
    },
    writeText: (bucket, key, text, etag) =>
      put(bucket, key, text, etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag }, "application/json"),
  };
}

function failure(what: string, cause: unknown): StoreError {
  const { name, message } = cause as Error;
  return new StoreError(`${what}: ${name}: ${message}. Check credentials, region and the rights on the bucket.`, {
    cause,
  });
}
