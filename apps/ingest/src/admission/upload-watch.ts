import type { Clock } from "@millrace/put-records";
import { MIN_UPLOAD_BYTES, SMALL_UPLOAD_BYTES, UPLOAD_CHECK_MS } from "../limits.ts";

interface Upload {
  /** Bytes that have arrived. */
  readonly arrivedBytes: () => number;
  readonly onStalled: () => void;
  /** Those at the last look; `undefined` for an upload that is new. */
  seenBytes: number | undefined;
}

/**
 * Finds bodies that hold memory and do not come forward. A few uploads that stop just before their end would else hold
 * the share of their key until the request's time is over.
 */
export class UploadWatch {
  readonly #clock: Clock;
  readonly #uploads = new Set<Upload>();
  #timer: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Watches an upload until the returned function is called.
   * @param onStalled called once, when it has brought less than {@link MIN_UPLOAD_BYTES} in {@link UPLOAD_CHECK_MS}
   */
  begin(arrivedBytes: () => number, onStalled: () => void): () => void {
    const upload: Upload = { arrivedBytes, onStalled, seenBytes: undefined };
    this.#uploads.add(upload);
    this.#timer ??= this.#clock.setTimeout(() => this.#look(), UPLOAD_CHECK_MS);
    return () => this.#end(upload);
  }

  /** Leaves no timer behind that would keep the process alive. */
  #end(upload: Upload): void {
    this.#uploads.delete(upload);
    if (this.#uploads.size > 0) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    for (const upload of this.#uploads) {
      const arrivedBytes = upload.arrivedBytes();
      const { seenBytes = Number.NEGATIVE_INFINITY } = upload;
      upload.seenBytes = arrivedBytes;
      if (arrivedBytes <= SMALL_UPLOAD_BYTES || arrivedBytes - seenBytes >= MIN_UPLOAD_BYTES) continue;
      this.#uploads.delete(upload);
      upload.onStalled();
    }
    this.#timer = this.#uploads.size === 0 ? undefined : this.#clock.setTimeout(() => this.#look(), UPLOAD_CHECK_MS);
  }
}
