import { appendFile, rename, statSync } from "node:fs";
import { Writable } from "node:stream";

/** A longer log is moved to `<path>.1`, in place of the one before it. */
const maxLogBytes = 32 * 1024 * 1024;

/**
 * A log that is a service to its reader and never a reason to end: what cannot be written (the disk is full, the folder
 * is gone) is left out, and the next line is tried again. It holds no file open, and no more than twice {@link
 * maxLogBytes} on disk.
 */
export class LogFile extends Writable {
  readonly #path: string;
  #bytes: number;

  constructor(path: string) {
    super({ decodeStrings: true });
    this.#path = path;
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    // A reader finds the file of every part, also of one that has nothing to say.
    this.write("");
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: () => void): void {
    const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk));
    this.#bytes += bytes.byteLength;
    const append = (): void => appendFile(this.#path, bytes, () => callback());
    if (this.#bytes <= maxLogBytes) {
      append();
      return;
    }
    this.#bytes = bytes.byteLength;
    rename(this.#path, `${this.#path}.1`, append);
  }
}
