/** One stored object, as a listing shows it. */
export interface StoredObject {
  /** Name of the bucket. */
  readonly bucket: string;
  /** The whole key, with its folders. */
  readonly key: string;
  /** Bytes as they are stored. */
  readonly sizeBytes: number;
  /** MD5 of the bytes in hex, as S3 gives it for an object put in one part (without the quotes). */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  /** User metadata; names in lower case. Empty without any. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Metadata of an object that is put. */
export interface PutObjectOptions {
  /** User metadata, stored with the object. Names in lower case. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The notification of S3 for a created object: enough to fetch the object and to check that it is the same. */
export interface ObjectCreated {
  /** Name of the bucket. */
  readonly bucket: string;
  /** The whole key, with its folders; not encoded as S3's own notification has it. */
  readonly key: string;
  /** Bytes as they are stored. */
  readonly sizeBytes: number;
  /** MD5 of the bytes in hex, without quotes. */
  readonly etag: string;
  /** Epoch milliseconds at which the object was stored. */
  readonly createdAt: number;
}

/** One version of an object, in a store that keeps those that were replaced or deleted. */
export interface StoredVersion extends StoredObject {
  /** Unique among the versions of its key. */
  readonly versionId: string;
  /** It is what `get` gives. */
  readonly isLatest: boolean;
}

/** Versions, as in a bucket with versioning. */
export interface ObjectVersions {
  /** In order of key, the newest of a key first. Delete markers are left out. */
  list(bucket: string, prefix?: string): Promise<StoredVersion[]>;
  /** @throws ObjectStoreError `NO_SUCH_KEY` */
  get(bucket: string, key: string, versionId: string): Promise<{ object: StoredVersion; bytes: Uint8Array }>;
  /** Removes one version for good. */
  delete(bucket: string, key: string, versionId: string): Promise<void>;
}

/** The part of S3 that Lambda's on-failure destination, Firehose, Snowpipe and Terraform's state need. */
export interface ObjectStore {
  /**
   * Stores the bytes under the key, whole or not at all, and then tells the listeners. A second put replaces the first.
   */
  put(bucket: string, key: string, bytes: Uint8Array, options?: PutObjectOptions): Promise<StoredObject>;
  /** @throws ObjectStoreError `NO_SUCH_KEY` */
  get(bucket: string, key: string): Promise<{ readonly object: StoredObject; readonly bytes: Uint8Array }>;
  /** Objects whose key starts with `prefix`, in order of key (UTF-8 bytes, as S3 lists them). */
  list(bucket: string, prefix?: string): Promise<StoredObject[]>;
  /** Removes the object, if there is one: like S3 it does not say which. */
  delete(bucket: string, key: string): Promise<void>;
  /**
   * Calls `listener` once for each object stored from now on, before the `put` resolves.
   * @returns a function that ends the subscription.
   */
  onCreated(listener: (created: ObjectCreated) => void): () => void;
  /** Absent in a store that keeps one version of each object. */
  readonly versions?: ObjectVersions | undefined;
}
