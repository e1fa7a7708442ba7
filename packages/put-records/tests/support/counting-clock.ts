import type { Clock } from "../../src/index.ts";

/**
 * A clock that knows how many timers its user has set and neither cleared nor seen: each would keep a process alive.
 */
export class CountingClock implements Clock {
  readonly #clock: Clock;
  readonly #active = new Set<unknown>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get active(): number {
    return this.#active.size;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const handle = this.#clock.setTimeout(() => {
      this.#active.delete(handle);
      callback();
    }, delayMs);
    this.#active.add(handle);
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#active.delete(handle);
    this.#clock.clearTimeout(handle);
  }
}
