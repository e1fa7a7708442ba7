import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, truncateSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { maxOpenSegments, probeBytes, readAheadBytes } from "./limits.ts";

const namePattern = /^(\d{8})\.journal$/;

/** The files of a journal, by number: one is written, the others are read. */
export class SegmentFiles {
  readonly folder: string;
  readonly #readers = new Map<number, number>();
  #writer: { readonly segment: number; readonly handle: FileHandle } | undefined;
  #block: { readonly segment: number; readonly offset: number; readonly bytes: Buffer } | undefined;

  constructor(folder: string) {
    this.folder = folder;
    // Only the owner may read what was stored.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Numbers of the segments that are there, oldest first. */
  list(): number[] {
    return readdirSync(this.folder)
      .flatMap((name) => {
        const digits = namePattern.exec(name)?.[1];
        return digits === undefined ? [] : [Number(digits)];
      })
      .sort((a, b) => a - b);
  }

  pathOf(segment: number): string {
    return join(this.folder, `${String(segment).padStart(8, "0")}.journal`);
  }

  readWhole(segment: number): Buffer {
    return readFileSync(this.pathOf(segment));
  }

  cut(segment: number, size: number): void {
    truncateSync(this.pathOf(segment), size);
  }

  /**
   * Writes at `offset` of a segment, which is made when it is new, and syncs it. When that fails, the file is cut back
   * to `offset`.
   * @throws what the file system says
   */
  async append(segment: number, offset: number, bytes: Buffer): Promise<void> {
    const handle = await this.#writerOf(segment);
    try {
      await writeWhole(handle, bytes, offset);
      await handle.datasync();
    } catch (error) {
      await handle.truncate(offset).catch(() => undefined);
      throw error;
    }
  }

  /** @throws what the file system says when there is no room behind `offset` */
  async probe(segment: number, offset: number): Promise<void> {
    const handle = await this.#writerOf(segment);
    try {
      await writeWhole(handle, Buffer.alloc(probeBytes), offset);
      await handle.datasync();
    } finally {
      await handle.truncate(offset).catch(() => undefined);
    }
  }

  /** A stretch of a segment; shorter at its end. The bytes are a view of what was read ahead. */
  read(segment: number, offset: number, length: number): Buffer {
    const block = this.#block;
    if (block?.segment === segment && offset >= block.offset && offset + length <= block.offset + block.bytes.length) {
      return block.bytes.subarray(offset - block.offset, offset - block.offset + length);
    }
    const bytes = Buffer.allocUnsafe(Math.max(length, readAheadBytes));
    const count = readSync(this.#readerOf(segment), bytes, 0, bytes.byteLength, offset);
    this.#block = { segment, offset, bytes: bytes.subarray(0, count) };
    return bytes.subarray(0, Math.min(length, count));
  }

  delete(segment: number): void {
    this.#closeReader(segment);
    if (this.#block?.segment === segment) this.#block = undefined;
    rmSync(this.pathOf(segment), { force: true });
  }

  async close(): Promise<void> {
    for (const segment of [...this.#readers.keys()]) this.#closeReader(segment);
    this.#block = undefined;
    await this.#writer?.handle.close();
    this.#writer = undefined;
  }

  async #writerOf(segment: number): Promise<FileHandle> {
    if (this.#writer?.segment === segment) return this.#writer.handle;
    await this.#writer?.handle.close();
    this.#writer = undefined;
    const isNew = !this.list().includes(segment);
    const handle = await open(this.pathOf(segment), isNew ? "wx+" : "r+");
    this.#writer = { segment, handle };
    if (isNew) await this.#syncFolder();
    return handle;
  }

  /** Else a new file may be gone after a loss of power. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.folder, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #readerOf(segment: number): number {
    const known = this.#readers.get(segment);
    if (known !== undefined) {
      // Last in the order of closing.
      this.#readers.delete(segment);
      this.#readers.set(segment, known);
      return known;
    }
    const [oldest] = this.#readers.keys();
    if (oldest !== undefined && this.#readers.size >= maxOpenSegments) this.#closeReader(oldest);
    const opened = openSync(this.pathOf(segment), "r");
    this.#readers.set(segment, opened);
    return opened;
  }

  #closeReader(segment: number): void {
    const reader = this.#readers.get(segment);
    if (reader === undefined) return;
    this.#readers.delete(segment);
    closeSync(reader);
  }
}

/** A write may end early without an error, when the disk fills up in the middle of it for example. */
async function writeWhole(handle: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.byteLength - written, offset + written);
    written += bytesWritten;
  }
}
