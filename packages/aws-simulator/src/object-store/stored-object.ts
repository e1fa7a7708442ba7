import { createHash } from "node:crypto";
import { ObjectStoreError } from "./errors.ts";
import { bucketNamePattern, MAX_KEY_BYTES } from "./limits.ts";
import type { ObjectCreated, StoredObject } from "./object-store.ts";

/** The ETag of an object put in one part: MD5 in hex. */
export function etagOf(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** Throws when S3 would refuse the name of the bucket or of the key. */
export function checkName(bucket: string, key: string): void {
  if (!bucketNamePattern.test(bucket)) {
    throw new ObjectStoreError(
      "INVALID_KEY",
      `Expected the bucket name to be 3 to 63 lower-case letters, digits, dots and hyphens, got ${JSON.stringify(bucket)}.`,
    );
  }
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > MAX_KEY_BYTES) {
    throw new ObjectStoreError(
      "INVALID_KEY",
      `Expected the object key to be 1 to ${MAX_KEY_BYTES} bytes of UTF-8, got ${bytes}.`,
    );
  }
}

/** S3 lists in the order of UTF-8 bytes, which differs from JavaScript's order of UTF-16 units above U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Listeners for new objects. One that throws does not keep others from hearing. */
export class CreatedListeners {
  readonly #listeners = new Set<(created: ObjectCreated) => void>();

  add(listener: (created: ObjectCreated) => void): () => void {
    // A wrapper of its own, so that the same function can be subscribed twice and unsubscribed once.
    const own = (created: ObjectCreated) => {
      listener(created);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  tell(object: StoredObject): void {
    const created: ObjectCreated = {
      bucket: object.bucket,
      key: object.key,
      sizeBytes: object.sizeBytes,
      etag: object.etag,
      createdAt: object.lastModified,
    };
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(created);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw new AggregateError(errors, `A listener failed on the creation of ${object.bucket}/${object.key}.`);
    }
  }
}
