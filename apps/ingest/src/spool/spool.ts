import { type FileHandle, mkdir, open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { PutRecord } from "@millrace/put-records";
import { SPOOL_SEGMENT_BYTES } from "../limits.ts";
import { decodeFrames, encodeFrame } from "./frame.ts";

/**
 * The fate of a record: it is on the disk, there was no room for it, or the disk failed, and then it may be read
 * again all the same.
 */
export type SpoolOutcome = "stored" | "full" | "failed";

export interface SpoolOptions {
  /** Folder of this instance alone. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly onError: (error: unknown) => void;
}

/** Records of one file, oldest first, and the file's end. */
export interface Segment {
  readonly records: readonly PutRecord[];
  /** Forgets the file, once every record is stored elsewhere. */
  remove(): Promise<void>;
}

interface Waiting {
  readonly frame: Buffer;
  readonly resolve: (outcome: SpoolOutcome) => void;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly name: string;
  bytes: number;
}

const suffix = ".spool";
const refusedFile = "refused.ndjson";
const nameOf = (number: number): string => `${String(number).padStart(12, "0")}${suffix}`;

/**
 * Keeps records on disk while the stream is away. A record counts as stored when the disk has confirmed it
 * (`fdatasync`); records that come at the same time share one confirmation. Files are read again from the oldest on and
 * removed whole.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #sizes: Map<string, number>;
  #nextNumber: number;
  #bytes: number;
  #file: OpenFile | undefined;
  #waiting: Waiting[] = [];
  /** Writing and sealing happen one after the other. */
  #work: Promise<void> = Promise.resolve();

  private constructor(options: SpoolOptions, sizes: Map<string, number>) {
    this.#options = options;
    this.#sizes = sizes;
    this.#bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    this.#nextNumber = Math.max(0, ...[...sizes.keys()].map((name) => Number.parseInt(name, 10))) + 1;
  }

  /** Opens the folder with whatever an earlier process has left there; makes it if needed. */
  static async open(options: SpoolOptions): Promise<Spool> {
    await mkdir(options.folder, { recursive: true });
    const names = (await readdir(options.folder)).filter((name) => name.endsWith(suffix)).sort();
    const sizes = new Map<string, number>();
    for (const name of names) sizes.set(name, (await stat(join(options.folder, name))).size);
    return new Spool(options, sizes);
  }

  /** Bytes on disk that the stream does not have yet. */
  get bytes(): number {
    return this.#bytes;
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#options.maxBytes;
  }

  /** Never rejects. */
  append(record: PutRecord): Promise<SpoolOutcome> {
    const frame = encodeFrame(record);
    if (this.#bytes + frame.byteLength > this.#options.maxBytes) return Promise.resolve("full");
    this.#bytes += frame.byteLength;
    return new Promise((resolve) => {
      this.#waiting.push({ frame, resolve });
      if (this.#waiting.length === 1) void this.#enqueue(() => this.#write());
    });
  }

  /** The oldest file with its records; `undefined` when nothing is spooled. */
  async takeOldest(): Promise<Segment | undefined> {
    const [oldest] = this.#sizes.keys();
    if (oldest === undefined) return undefined;
    if (this.#file?.name === oldest) await this.#enqueue(() => this.#seal());
    const path = join(this.#options.folder, oldest);
    const records = decodeFrames(await readFile(path));
    const remove = async (): Promise<void> => {
      await unlink(path);
      this.#bytes -= this.#sizes.get(oldest) ?? 0;
      this.#sizes.delete(oldest);
    };
    return { records, remove };
  }

  /** Keeps the events of records that the stream will never take in a file of their own: they were accepted. */
  async setAside(records: readonly PutRecord[]): Promise<void> {
    const handle = await open(join(this.#options.folder, refusedFile), "a");
    try {
      await handle.appendFile(Buffer.concat(records.map(({ data }) => data)));
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  async close(): Promise<void> {
    await this.#enqueue(() => this.#seal());
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work);
    return this.#work;
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    const bytes = Buffer.concat(batch.map(({ frame }) => frame));
    try {
      const file = await this.#openFile();
      await file.handle.appendFile(bytes);
      await file.handle.datasync();
      file.bytes += bytes.byteLength;
      this.#sizes.set(file.name, file.bytes);
      for (const { resolve } of batch) resolve("stored");
      if (file.bytes >= SPOOL_SEGMENT_BYTES) await this.#seal();
    } catch (error) {
      this.#bytes -= bytes.byteLength;
      for (const { resolve } of batch) resolve("failed");
      this.#options.onError(error);
      // A reader would stop at a frame that is cut off.
      await this.#seal();
    }
  }

  async #openFile(): Promise<OpenFile> {
    if (this.#file !== undefined) return this.#file;
    const name = nameOf(this.#nextNumber);
    this.#nextNumber += 1;
    const handle = await open(join(this.#options.folder, name), "ax");
    this.#file = { handle, name, bytes: 0 };
    this.#sizes.set(name, 0);
    await syncFolder(this.#options.folder);
    return this.#file;
  }

  /** Never rejects: what the file holds is confirmed already. */
  async #seal(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close().catch(this.#options.onError);
  }
}

/** A new file is found after a crash only when the folder's entry is on disk, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
