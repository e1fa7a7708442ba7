import type { Clock } from "./clock.ts";
import { Timer } from "./timer.ts";

interface Delayed<T> {
  readonly dueAt: number;
  readonly value: T;
}

/** Hands values back when they are due, with one timer for all of them. */
export class DelayQueue<T> {
  readonly #clock: Clock;
  readonly #onDue: (values: T[]) => void;
  readonly #coalesceMs: number;
  /** The earliest first, equals in the order they came. */
  readonly #delayed: Delayed<T>[] = [];
  readonly #timer: Timer;
  #timerAt = Number.POSITIVE_INFINITY;

  /** @param coalesceMs values due this soon after the first are handed back together with it */
  constructor(clock: Clock, coalesceMs: number, onDue: (values: T[]) => void) {
    this.#clock = clock;
    this.#coalesceMs = coalesceMs;
    this.#onDue = onDue;
    this.#timer = new Timer(clock, () => this.#fire());
  }

  push(value: T, delayMs: number): void {
    const dueAt = this.#clock.now() + delayMs;
    this.#delayed.splice(this.#countDueBy(dueAt), 0, { dueAt, value });
    this.#arm();
  }

  /** Drops all values. */
  clear(): void {
    this.#delayed.length = 0;
    this.#arm();
  }

  /** Returns how many values are due at this time or before, by binary search. */
  #countDueBy(time: number): number {
    let low = 0;
    let high = this.#delayed.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#delayed[middle]?.dueAt ?? time) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #arm(): void {
    const dueAt = this.#delayed[0]?.dueAt ?? Number.POSITIVE_INFINITY;
    if (dueAt === this.#timerAt) return;
    this.#timerAt = dueAt;
    if (dueAt === Number.POSITIVE_INFINITY) this.#timer.clear();
    else this.#timer.arm(Math.max(0, dueAt - this.#clock.now()));
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const due = this.#delayed.splice(0, this.#countDueBy(this.#clock.now() + this.#coalesceMs));
    this.#arm();
    if (due.length > 0) this.#onDue(due.map(({ value }) => value));
  }
}
