import { appendFile, appendFileSync, renameSync, statSync } from "node:fs";

/** A longer log is moved to `<path>.1`, in place of the one before it. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;
/** Lines gather for so long: a file opened and closed for each took 5 % of the process's time under load. */
const GATHER_MS = 100;

/**
 * A log that is a service to its reader and never a reason to end: what cannot be written (the disk is full, the folder
 * is gone) is left out, and the next lines are tried again. It holds no file open, and no more than twice {@link
 * maxLogBytes} on disk. Lines are on disk 100 ms after they were written, and at the latest when the process exits.
 */
export class LogFile {
  readonly #path: string;
  #bytes: number;
  #waiting: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    // A reader finds the file of every part, also of one that has nothing to say.
    this.write("");
  }

  write(text: string | Uint8Array): void {
    if (this.#waiting.length === 0) process.once("exit", this.#writeNow);
    this.#waiting.push(typeof text === "string" ? Buffer.from(text) : text);
    this.#timer ??= setTimeout(() => this.#writeSoon(), GATHER_MS).unref();
  }

  /** Writes what has gathered. */
  end(): void {
    clearTimeout(this.#timer);
    this.#writeNow();
  }

  #writeSoon(): void {
    // The timer stands for the write too: lines that come meanwhile must not overtake it.
    appendFile(this.#path, this.#take(), () => {
      this.#timer = undefined;
      if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#writeSoon(), GATHER_MS).unref();
    });
  }

  readonly #writeNow = (): void => {
    if (this.#waiting.length === 0) return;
    this.#timer = undefined;
    const bytes = this.#take();
    try {
      appendFileSync(this.#path, bytes);
    } catch {
      // Left out.
    }
  };

  #take(): Uint8Array {
    process.off("exit", this.#writeNow);
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes += bytes.byteLength;
    if (this.#bytes > MAX_LOG_BYTES) {
      this.#bytes = bytes.byteLength;
      try {
        renameSync(this.#path, `${this.#path}.1`);
      } catch {
        // It goes on in the longer file.
      }
    }
    return bytes;
  }
}
