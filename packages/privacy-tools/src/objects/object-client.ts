import type { Buffer } from "node:buffer";
import { KeptDocument, type ObjectVersion, type S3, type S3Versions } from "@millrace/stored-events";
import { StoreError } from "../errors.ts";

export type { ObjectVersion } from "@millrace/stored-events";

/** The part of S3 that looking for a person takes, and erasing them; failures name the object and the cure. */
export interface ObjectClient {
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
  readText(bucket: string, key: string): Promise<string | undefined>;
  /** The same, to be replaced by one writer at a time. */
  keep(bucket: string, key: string): ReturnType<typeof KeptDocument.open>;
}

export function createObjectClient(s3: S3 & { readonly versions: S3Versions }): ObjectClient {
  const placeOf = ({ bucket, key, versionId }: ObjectVersion) => `s3://${bucket}/${key} (version ${versionId})`;
  return {
    async *versions(bucket, prefix) {
      try {
        yield* s3.versions.list(bucket, prefix);
      } catch (error) {
        throw failure(`The versions below s3://${bucket}/${prefix} cannot be listed`, error);
      }
    },
    read: (version) => told(`${placeOf(version)} cannot be read`, s3.versions.get(version)),
    replace: (version, body) => {
      const { bucket, key, etag } = version;
      return told(`${placeOf(version)} cannot be written`, s3.putIf(bucket, key, body, { etag }));
    },
    remove: (version) => told(`${placeOf(version)} cannot be deleted`, s3.versions.delete(version)),
    readText: (bucket, key) => told(`s3://${bucket}/${key} cannot be read`, s3.getText(bucket, key)),
    keep: (bucket, key) => told(`s3://${bucket}/${key} cannot be read`, KeptDocument.open(s3, bucket, key)),
  };
}

async function told<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw failure(what, error);
  }
}

function failure(what: string, cause: unknown): StoreError {
  // A consumer of the listing may have thrown it: its message is complete already.
  if (cause instanceof StoreError) return cause;
  const { name, message } = cause as Error;
  return new StoreError(`${what}: ${name}: ${message}. Check credentials, region and the rights on the bucket.`, {
    cause,
  });
}
