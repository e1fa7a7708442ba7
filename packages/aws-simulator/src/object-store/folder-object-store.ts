import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { ObjectStoreError } from "./errors.ts";
import { keyToSegments, segmentsToKey } from "./key-path.ts";
import type { ObjectCreated, ObjectStore, PutObjectOptions, StoredObject } from "./object-store.ts";
import { CreatedListeners, checkName, compareKeys, etagOf } from "./stored-object.ts";

/** Folder and clock of the store. */
export interface FolderObjectStoreOptions {
  /** Where the buckets lie, one folder each. Made when missing. */
  readonly folder: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** Metadata beside the bytes: the properties that the file system does not store. */
interface Sidecar {
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModified: number;
  readonly metadata: Readonly<Record<string, string>>;
}

const metadataFolder = ".metadata";
const incomingFolder = ".incoming";

/**
 * Objects as files below `<folder>/<bucket>/`, under paths that read like their keys. A put writes a new file, syncs it
 * and renames it into place, so that a reader, or a process that starts after a crash, sees the whole object or none.
 * One limit S3 does not have: `a` and `a/b` cannot both be keys (`KEY_CONFLICT`).
 */
export class FolderObjectStore implements ObjectStore {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #listeners = new CreatedListeners();

  constructor(options: FolderObjectStoreOptions) {
    this.#folder = options.folder;
    this.#clock = options.clock ?? systemClock;
  }

  async put(bucket: string, key: string, bytes: Uint8Array, options: PutObjectOptions = {}): Promise<StoredObject> {
    checkName(bucket, key);
    const sidecar: Sidecar = {
      etag: etagOf(bytes),
      sizeBytes: bytes.byteLength,
      lastModified: this.#clock.now(),
      metadata: { ...options.metadata },
    };
    // The sidecar first: an object that can be seen always has one.
    await this.#writeFile(this.#sidecarPath(bucket, key), Buffer.from(`${JSON.stringify(sidecar)}\n`), key);
    await this.#writeFile(this.pathOf(bucket, key), bytes, key);
    const object: StoredObject = { bucket, key, ...sidecar };
    this.#listeners.tell(object);
    return object;
  }

  async get(bucket: string, key: string): Promise<{ object: StoredObject; bytes: Uint8Array }> {
    checkName(bucket, key);
    try {
      const bytes = await readFile(this.pathOf(bucket, key));
      return { object: await this.#describe(bucket, key, bytes), bytes };
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new ObjectStoreError("NO_SUCH_KEY", `There is no object ${JSON.stringify(key)} in bucket ${bucket}.`, {
        cause: error,
      });
    }
  }

  async list(bucket: string, prefix = ""): Promise<StoredObject[]> {
    const keys = (await filesBelow(join(this.#folder, bucket), [])).map((segments) => segmentsToKey(segments));
    const objects: StoredObject[] = [];
    for (const key of keys.filter((candidate) => candidate.startsWith(prefix)).sort(compareKeys)) {
      try {
        objects.push(await this.#describe(bucket, key));
      } catch (error) {
        // Gone since the folder was read.
        if (!isMissing(error)) throw error;
      }
    }
    return objects;
  }

  async delete(bucket: string, key: string): Promise<void> {
    checkName(bucket, key);
    // The bytes first: a sidecar without them is not listed.
    await rm(this.pathOf(bucket, key), { force: true });
    await rm(this.#sidecarPath(bucket, key), { force: true });
  }

  onCreated(listener: (created: ObjectCreated) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The file that holds, or would hold, the object. */
  pathOf(bucket: string, key: string): string {
    return join(this.#folder, bucket, ...keyToSegments(key));
  }

  #sidecarPath(bucket: string, key: string): string {
    return `${join(this.#folder, metadataFolder, bucket, ...keyToSegments(key))}.json`;
  }

  /**
   * A file put there by hand has no sidecar, and one replaced between two writes has a stale one: then the bytes
   * decide.
   */
  async #describe(bucket: string, key: string, bytes?: Uint8Array): Promise<StoredObject> {
    const path = this.pathOf(bucket, key);
    const file = await stat(path);
    const sidecar = await readSidecar(this.#sidecarPath(bucket, key));
    if (sidecar?.sizeBytes === file.size && (bytes === undefined || sidecar.etag === etagOf(bytes))) {
      return { bucket, key, ...sidecar };
    }
    const content = bytes ?? (await readFile(path));
    return {
      bucket,
      key,
      sizeBytes: content.byteLength,
      etag: etagOf(content),
      lastModified: Math.floor(file.mtimeMs),
      metadata: {},
    };
  }

  async #writeFile(path: string, bytes: Uint8Array, key: string): Promise<void> {
    const incoming = join(this.#folder, incomingFolder);
    const temporary = join(incoming, randomUUID());
    await mkdir(incoming, { recursive: true });
    try {
      const file = await open(temporary, "wx");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      if (hasCode(error, "EISDIR", "ENOTDIR", "EEXIST", "ENOTEMPTY")) {
        throw new ObjectStoreError(
          "KEY_CONFLICT",
          `The key ${JSON.stringify(key)} needs a folder where another object is, or is a folder of other objects; a folder store cannot hold both.`,
          { cause: error },
        );
      }
      throw error;
    }
  }
}

async function readSidecar(path: string): Promise<Sidecar | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Sidecar;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function filesBelow(folder: string, above: readonly string[]): Promise<string[][]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const files: string[][] = [];
  for (const entry of entries) {
    const segments = [...above, entry.name];
    if (entry.isDirectory()) files.push(...(await filesBelow(join(folder, entry.name), segments)));
    else if (entry.isFile()) files.push(segments);
  }
  return files;
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT", "ENOTDIR", "EISDIR");
}

/** Not `instanceof Error`: errors of Node's own modules come from another realm under a test runner. */
function hasCode(error: unknown, ...codes: string[]): boolean {
  return typeof error === "object" && error !== null && "code" in error && codes.includes(String(error.code));
}
