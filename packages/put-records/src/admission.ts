import type { Call } from "./entry.ts";
import { Fifo } from "./fifo.ts";

/**
 * Bounds the bytes accepted and not yet settled. Calls are let in first come, first served; one that is larger than
 * the whole bound is let in alone, since its bytes are in the caller's hands anyway.
 */
export class Admission {
  readonly #maxBytes: number;
  #waiting = new Fifo<Call>();
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Lets the call in if there is room and nobody waits before it. */
  tryEnter(call: Call): boolean {
    if (!this.hasRoomFor(call)) return false;
    this.#enter(call);
    return true;
  }

  hasRoomFor(call: Call): boolean {
    return this.#waiting.size === 0 && this.#fits(call);
  }

  wait(call: Call): void {
    this.#waiting.push(call);
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** The next waiting call, let in, if there is room for it now. */
  next(): Call | undefined {
    for (let call = this.#waiting.peek(); call !== undefined; call = this.#waiting.peek()) {
      if (call.remaining === 0) {
        this.#waiting.shift();
        continue;
      }
      if (!this.#fits(call)) return undefined;
      this.#waiting.shift();
      this.#enter(call);
      return call;
    }
    return undefined;
  }

  /** Forgets waiting calls that have been settled meanwhile. */
  compact(): void {
    this.#waiting.retain((call) => call.remaining > 0);
  }

  #fits(call: Call): boolean {
    return this.#usedBytes === 0 || this.#usedBytes + call.bytes <= this.#maxBytes;
  }

  #enter(call: Call): void {
    call.isAdmitted = true;
    this.#usedBytes += call.bytes;
  }
}
