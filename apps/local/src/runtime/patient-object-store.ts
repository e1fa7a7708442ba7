import type { ObjectCreated, ObjectStore, PutObjectOptions, StoredObject } from "@millrace/aws-simulator";

const RETRY_MS = 1_000;

/** An object store that waits for room instead of refusing: for writers that would give up what they hold. */
export class PatientObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #onWaiting: (error: unknown) => void;

  constructor(store: ObjectStore, onWaiting: (error: unknown) => void) {
    this.#store = store;
    this.#onWaiting = onWaiting;
  }

  async put(bucket: string, key: string, bytes: Uint8Array, options?: PutObjectOptions): Promise<StoredObject> {
    for (;;) {
      try {
        return await this.#store.put(bucket, key, bytes, options);
      } catch (error) {
        if (!isOutOfRoom(error)) throw error;
        this.#onWaiting(error);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  get(bucket: string, key: string): Promise<{ readonly object: StoredObject; readonly bytes: Uint8Array }> {
    return this.#store.get(bucket, key);
  }

  list(bucket: string, prefix?: string): Promise<StoredObject[]> {
    return this.#store.list(bucket, prefix);
  }

  delete(bucket: string, key: string): Promise<void> {
    return this.#store.delete(bucket, key);
  }

  onCreated(listener: (created: ObjectCreated) => void): () => void {
    return this.#store.onCreated(listener);
  }
}

function isOutOfRoom(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return code === "ENOSPC" || code === "EDQUOT";
}
