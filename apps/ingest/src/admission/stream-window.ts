import { INITIAL_WINDOW_BYTES, MIN_WINDOW_BYTES, SLOW_DELIVERY_MS, WINDOW_CHANGE_MS } from "../limits.ts";

/**
 * How much waits for the stream at once, in bytes as admission charges them: what it takes in some tenths of a second.
 * The rest waits as a body, where it costs its bytes only, and where keys take turns; in the queue of the stream's
 * client, a key that sends little would wait as long as one that sends much.
 */
export class StreamWindow {
  readonly #max: number;
  #size: number;
  #waiting = 0;
  #wasFull = false;
  #changedMs = 0;

  /** @param max bytes that the memory has room for */
  constructor(max: number) {
    this.#max = Math.max(MIN_WINDOW_BYTES, max);
    this.#size = Math.min(INITIAL_WINDOW_BYTES, this.#max);
  }

  get size(): number {
    return this.#size;
  }

  get hasRoom(): boolean {
    return this.#waiting < this.#size;
  }

  started(bytes: number): void {
    this.#waiting += bytes;
    if (!this.hasRoom) this.#wasFull = true;
  }

  /** @param tookMs from the start to the answer of the stream */
  settled(bytes: number, tookMs: number, nowMs: number): void {
    this.#waiting -= bytes;
    if (nowMs - this.#changedMs < WINDOW_CHANGE_MS) return;
    if (tookMs > SLOW_DELIVERY_MS) this.#change(this.#size * 0.7, nowMs);
    else if (this.#wasFull && tookMs < SLOW_DELIVERY_MS / 2) this.#change(this.#size * 1.5, nowMs);
  }

  #change(size: number, nowMs: number): void {
    this.#size = Math.round(Math.min(this.#max, Math.max(MIN_WINDOW_BYTES, size)));
    this.#wasFull = false;
    this.#changedMs = nowMs;
  }
}
