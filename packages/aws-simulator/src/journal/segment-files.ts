import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { MAX_OPEN_SEGMENTS, MAX_READ_AHEADS, PROBE_BYTES, READ_AHEAD_BYTES, RECENT_BYTES } from "./limits.ts";

const namePattern = /^(\d{8})\.journal$/;
const indexPattern = /^(\d{8})\.index$/;

/** Undefined where the system has no such flag; there a second call syncs. */
const syncOnWrite = constants.O_DSYNC as number | undefined;

/** Bytes of a segment that are in memory. */
interface Stretch {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** The files of a journal, by number: one is written, all others are read. */
export class SegmentFiles {
  readonly folder: string;
  readonly #readers = new Map<number, number>();
  #writer: { readonly segment: number; readonly handle: FileHandle } | undefined;
  /** The newest entries, in order. */
  #recent: Stretch[] = [];
  #recentBytes = 0;
  /** Entries that were read ahead, the latest first. */
  #readAheads: Stretch[] = [];

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

  /** Puts rows of the index of a closed segment on disk. No later process reads them: the segment tells all of it. */
  writeIndex(segment: number, rows: readonly Buffer[]): void {
    try {
      writeFileSync(this.#indexPathOf(segment), Buffer.concat(rows), { mode: 0o600 });
    } catch (error) {
      this.#deleteIndex(segment);
      throw error;
    }
  }

  /** @throws the file system's error */
  readIndex(segment: number, offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    const file = openSync(this.#indexPathOf(segment), "r");
    try {
      const count = readSync(file, bytes, 0, length, offset);
      if (count === length) return bytes;
      throw new Error(`${this.#indexPathOf(segment)} ends at ${offset + count}, and ${length} bytes were expected.`);
    } finally {
      closeSync(file);
    }
  }

  /** Deletes what an earlier process put there. */
  deleteIndexes(): void {
    for (const name of readdirSync(this.folder)) {
      const number = indexPattern.exec(name)?.[1];
      if (number !== undefined) this.#deleteIndex(Number(number));
    }
  }

  #deleteIndex(segment: number): void {
    rmSync(this.#indexPathOf(segment), { force: true, recursive: true });
  }

  #indexPathOf(segment: number): string {
    return join(this.folder, `${String(segment).padStart(8, "0")}.index`);
  }

  readWhole(segment: number): Buffer {
    return readFileSync(this.pathOf(segment));
  }

  /**
   * Reads a segment into the room of an earlier one where it fits: new memory takes as long as reading it.
   * @returns undefined when the segment was deleted meanwhile
   */
  async load(segment: number, room?: Buffer): Promise<Buffer | undefined> {
    let file: FileHandle;
    try {
      file = await open(this.pathOf(segment), "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      const { size } = await file.stat();
      const fits = room !== undefined && room.buffer.byteLength >= size;
      const bytes = fits ? Buffer.from(room.buffer, 0, size) : Buffer.allocUnsafeSlow(size);
      const { bytesRead } = await file.read(bytes, 0, size, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  cut(segment: number, size: number): void {
    truncateSync(this.pathOf(segment), size);
  }

  /**
   * Writes at `offset` of a segment, which is made when it is new, and syncs it. When that fails, the file is cut back
   * to `offset`.
   * @throws the file system's error
   */
  async append(segment: number, offset: number, pieces: readonly Buffer[]): Promise<void> {
    const handle = await this.#writerOf(segment);
    try {
      await writeWhole(handle, pieces, offset);
      if (syncOnWrite === undefined) await handle.datasync();
    } catch (error) {
      await handle.truncate(offset).catch(() => undefined);
      throw error;
    }
    let at = offset;
    for (const bytes of pieces) {
      this.#recent.push({ segment, offset: at, bytes });
      this.#recentBytes += bytes.byteLength;
      at += bytes.byteLength;
    }
    while (this.#recentBytes > RECENT_BYTES) this.#recentBytes -= this.#recent.shift()?.bytes.byteLength ?? 0;
  }

  /** @throws the file system's error when there is no room behind `offset` */
  async probe(segment: number, offset: number): Promise<void> {
    const handle = await this.#writerOf(segment);
    try {
      await writeWhole(handle, [Buffer.alloc(PROBE_BYTES)], offset);
      if (syncOnWrite === undefined) await handle.datasync();
    } finally {
      await handle.truncate(offset).catch(() => undefined);
    }
  }

  /** Returns a view of bytes that were written a short while ago; `undefined` when they are no longer in memory. */
  recent(segment: number, offset: number, length: number): Buffer | undefined {
    let low = 0;
    let high = this.#recent.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const stretch = this.#recent[middle];
      if (stretch === undefined) return undefined;
      if (stretch.segment < segment || (stretch.segment === segment && stretch.offset <= offset)) low = middle + 1;
      else high = middle;
    }
    return viewOf(this.#recent[low - 1], segment, offset, length);
  }

  /** A stretch of a segment; shorter at its end. The bytes are a view of what was read ahead. */
  read(segment: number, offset: number, length: number): Buffer {
    for (const stretch of this.#readAheads) {
      const view = viewOf(stretch, segment, offset, length);
      if (view !== undefined) return view;
    }
    const bytes = Buffer.allocUnsafeSlow(Math.max(length, READ_AHEAD_BYTES));
    const count = readSync(this.#readerOf(segment), bytes, 0, bytes.byteLength, offset);
    const stretch = { segment, offset, bytes: bytes.subarray(0, count) };
    this.#readAheads = [stretch, ...this.#readAheads.slice(0, MAX_READ_AHEADS - 1)];
    return bytes.subarray(0, Math.min(length, count));
  }

  delete(segment: number): void {
    this.#closeReader(segment);
    this.#readAheads = this.#readAheads.filter((stretch) => stretch.segment !== segment);
    rmSync(this.pathOf(segment), { force: true });
    this.#deleteIndex(segment);
  }

  async close(): Promise<void> {
    for (const segment of [...this.#readers.keys()]) this.#closeReader(segment);
    this.#readAheads = [];
    this.#recent = [];
    this.#recentBytes = 0;
    await this.#writer?.handle.close();
    this.#writer = undefined;
    this.deleteIndexes();
  }

  async #writerOf(segment: number): Promise<FileHandle> {
    if (this.#writer?.segment === segment) return this.#writer.handle;
    await this.#writer?.handle.close();
    this.#writer = undefined;
    const isNew = !this.list().includes(segment);
    const { O_CREAT, O_EXCL, O_RDWR } = constants;
    const handle = await open(this.pathOf(segment), O_RDWR | (isNew ? O_CREAT | O_EXCL : 0) | (syncOnWrite ?? 0));
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
    if (oldest !== undefined && this.#readers.size >= MAX_OPEN_SEGMENTS) this.#closeReader(oldest);
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

function viewOf(stretch: Stretch | undefined, segment: number, offset: number, length: number): Buffer | undefined {
  if (stretch?.segment !== segment || offset < stretch.offset) return undefined;
  const start = offset - stretch.offset;
  return start + length <= stretch.bytes.byteLength ? stretch.bytes.subarray(start, start + length) : undefined;
}

/** A write may end early without an error, when the disk fills up in the middle of it for example. */
async function writeWhole(handle: FileHandle, pieces: readonly Buffer[], offset: number): Promise<void> {
  let rest = [...pieces];
  let at = offset;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at);
    at += bytesWritten;
    rest = skipBytes(rest, bytesWritten);
  }
}

function skipBytes(pieces: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  return pieces.flatMap((piece) => {
    const skipped = Math.min(left, piece.byteLength);
    left -= skipped;
    return skipped === piece.byteLength ? [] : [piece.subarray(skipped)];
  });
}
