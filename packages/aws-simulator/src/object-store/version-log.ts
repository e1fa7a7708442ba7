import { ObjectStoreError } from "./errors.ts";
import type { ObjectVersions, StoredObject, StoredVersion } from "./object-store.ts";
import { compareKeys } from "./stored-object.ts";

interface Version {
  readonly versionId: string;
  readonly object: StoredObject;
  readonly bytes: Uint8Array;
}

/** Every version of every object, the oldest of a key first. */
export class VersionLog implements ObjectVersions {
  readonly #isLatest: (object: StoredObject) => boolean;
  readonly #removeLatest: (object: StoredObject) => void;
  readonly #versions = new Map<string, Version[]>();
  #count = 0;

  /** @param isLatest whether the store gives this very object under its key */
  constructor(isLatest: (object: StoredObject) => boolean, removeLatest: (object: StoredObject) => void) {
    this.#isLatest = isLatest;
    this.#removeLatest = removeLatest;
  }

  add(object: StoredObject, bytes: Uint8Array): void {
    const name = nameOf(object.bucket, object.key);
    const known = this.#versions.get(name) ?? [];
    this.#versions.set(name, [...known, { versionId: `version-${++this.#count}`, object, bytes }]);
  }

  async list(bucket: string, prefix = ""): Promise<StoredVersion[]> {
    const all = [...this.#versions.values()].flatMap((versions) => versions.toReversed());
    return all
      .filter(({ object }) => object.bucket === bucket && object.key.startsWith(prefix))
      .map((version) => this.#describe(version))
      .sort((a, b) => compareKeys(a.key, b.key));
  }

  async get(bucket: string, key: string, versionId: string): Promise<{ object: StoredVersion; bytes: Uint8Array }> {
    const version = this.#versions.get(nameOf(bucket, key))?.find((candidate) => candidate.versionId === versionId);
    if (version === undefined) {
      throw new ObjectStoreError(
        "NO_SUCH_KEY",
        `There is no version ${versionId} of ${JSON.stringify(key)} in ${bucket}.`,
      );
    }
    return { object: this.#describe(version), bytes: version.bytes };
  }

  /** The version before becomes the latest when the latest goes, as in S3. */
  async delete(bucket: string, key: string, versionId: string): Promise<void> {
    const name = nameOf(bucket, key);
    const versions = this.#versions.get(name) ?? [];
    const gone = versions.find((candidate) => candidate.versionId === versionId);
    if (gone === undefined) return;
    this.#versions.set(
      name,
      versions.filter((candidate) => candidate !== gone),
    );
    if (this.#isLatest(gone.object)) this.#removeLatest(gone.object);
  }

  /** The newest version that is left. */
  newest(bucket: string, key: string): { readonly object: StoredObject; readonly bytes: Uint8Array } | undefined {
    return this.#versions.get(nameOf(bucket, key))?.at(-1);
  }

  #describe({ object, versionId }: Version): StoredVersion {
    return { ...object, versionId, isLatest: this.#isLatest(object) };
  }
}

const nameOf = (bucket: string, key: string): string => `${bucket}/${key}`;
