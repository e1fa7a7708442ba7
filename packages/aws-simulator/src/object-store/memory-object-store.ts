import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { ObjectStoreError } from "./errors.ts";
import type { ObjectCreated, ObjectStore, PutObjectOptions, StoredObject } from "./object-store.ts";
import { VersionLog } from "./version-log.ts";
import { CreatedListeners, checkName, compareKeys, etagOf } from "./stored-object.ts";

/** Clock and versioning of the store. */
export interface MemoryObjectStoreOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Keep what is replaced or deleted, as a bucket with versioning does. Default false. */
  readonly keepsVersions?: boolean;
}

interface Entry {
  readonly object: StoredObject;
  readonly bytes: Uint8Array;
}

/** Objects in memory: for tests and for the virtual clock, where no file may be touched. */
export class MemoryObjectStore implements ObjectStore {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Map<string, Entry>>();
  readonly #listeners = new CreatedListeners();

  readonly versions: VersionLog | undefined;

  constructor(options: MemoryObjectStoreOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    if (options.keepsVersions !== true) return;
    this.versions = new VersionLog(
      (object) => this.#buckets.get(object.bucket)?.get(object.key)?.object === object,
      ({ bucket, key }) => {
        const before = this.versions?.newest(bucket, key);
        if (before === undefined) this.#buckets.get(bucket)?.delete(key);
        else this.#buckets.get(bucket)?.set(key, before);
      },
    );
  }

  /** Names of the buckets that something was put into. */
  get buckets(): readonly string[] {
    return [...this.#buckets.keys()];
  }

  async put(bucket: string, key: string, bytes: Uint8Array, options: PutObjectOptions = {}): Promise<StoredObject> {
    checkName(bucket, key);
    // A copy: the caller may go on writing into its buffer.
    const stored = Uint8Array.from(bytes);
    const object: StoredObject = {
      bucket,
      key,
      sizeBytes: stored.byteLength,
      etag: etagOf(stored),
      lastModified: this.#clock.now(),
      metadata: { ...options.metadata },
    };
    let entries = this.#buckets.get(bucket);
    if (entries === undefined) {
      entries = new Map();
      this.#buckets.set(bucket, entries);
    }
    entries.set(key, { object, bytes: stored });
    this.versions?.add(object, stored);
    this.#listeners.tell(object);
    return object;
  }

  async get(bucket: string, key: string): Promise<{ object: StoredObject; bytes: Uint8Array }> {
    const entry = this.#buckets.get(bucket)?.get(key);
    if (entry === undefined) {
      throw new ObjectStoreError("NO_SUCH_KEY", `There is no object ${JSON.stringify(key)} in bucket ${bucket}.`);
    }
    return { object: entry.object, bytes: entry.bytes };
  }

  async list(bucket: string, prefix = ""): Promise<StoredObject[]> {
    const entries = [...(this.#buckets.get(bucket)?.values() ?? [])];
    return entries
      .map((entry) => entry.object)
      .filter((object) => object.key.startsWith(prefix))
      .sort((a, b) => compareKeys(a.key, b.key));
  }

  async delete(bucket: string, key: string): Promise<void> {
    this.#buckets.get(bucket)?.delete(key);
  }

  onCreated(listener: (created: ObjectCreated) => void): () => void {
    return this.#listeners.add(listener);
  }
}
