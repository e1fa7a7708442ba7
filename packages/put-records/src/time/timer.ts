import type { Clock } from "./clock.ts";

/** One timer that can be set, moved and cleared. */
export class Timer {
  readonly #clock: Clock;
  readonly #onTime: () => void;
  #handle: unknown;
  #isArmed = false;

  constructor(clock: Clock, onTime: () => void) {
    this.#clock = clock;
    this.#onTime = onTime;
  }

  get isArmed(): boolean {
    return this.#isArmed;
  }

  /** Sets the timer; one that is set already is moved. */
  arm(delayMs: number): void {
    this.clear();
    this.#isArmed = true;
    this.#handle = this.#clock.setTimeout(() => {
      this.#isArmed = false;
      this.#onTime();
    }, delayMs);
  }

  clear(): void {
    if (!this.#isArmed) return;
    this.#isArmed = false;
    this.#clock.clearTimeout(this.#handle);
  }
}
