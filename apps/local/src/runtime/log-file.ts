import { appendFile } from "node:fs";
import { Writable } from "node:stream";

/**
 * A log that is a service to its reader and never a reason to end: what cannot be written (the disk is full, the folder is gone) is left
 * out, and the next line is tried again. It holds no file open.
 */
export class LogFile extends Writable {
  readonly #path: string;

  constructor(path: string) {
    super({ decodeStrings: true });
    this.#path = path;
    // A reader finds the file of every part, also of one that has nothing to say.
    this.write("");
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: () => void): void {
    appendFile(this.#path, Buffer.concat(chunks.map(({ chunk }) => chunk)), () => callback());
  }
}
