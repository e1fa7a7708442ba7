import { initialWindowEvents, minWindowEvents, slowDeliveryMs, windowChangeMs } from "../limits.ts";

/**
 * How many events wait for the stream at once: as many as it takes in about a second. What is beyond waits as a body,
 * where it costs its bytes only, and where keys take turns; behind a queue in the stream's client, a key that sends
 * little would wait as long as one that sends much.
 */
export class StreamWindow {
  readonly #max: number;
  #size: number;
  #waiting = 0;
  #wasFull = false;
  #changedMs = 0;

  /** @param max events that the memory has room for */
  constructor(max: number) {
    this.#max = Math.max(minWindowEvents, max);
    this.#size = Math.min(initialWindowEvents, this.#max);
  }

  get size(): number {
    return this.#size;
  }

  get hasRoom(): boolean {
    return this.#waiting < this.#size;
  }

  started(events: number): void {
    this.#waiting += events;
    if (!this.hasRoom) this.#wasFull = true;
  }

  /** @param tookMs from the start to the answer of the stream */
  settled(events: number, tookMs: number, nowMs: number): void {
    this.#waiting -= events;
    if (nowMs - this.#changedMs < windowChangeMs) return;
    if (tookMs > slowDeliveryMs) this.#change(this.#size * 0.7, nowMs);
    else if (this.#wasFull && tookMs < slowDeliveryMs / 2) this.#change(this.#size * 1.5, nowMs);
  }

  #change(size: number, nowMs: number): void {
    this.#size = Math.round(Math.min(this.#max, Math.max(minWindowEvents, size)));
    this.#wasFull = false;
    this.#changedMs = nowMs;
  }
}
