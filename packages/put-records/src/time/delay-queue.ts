import type { Clock } from "./clock.ts";
import { Timer } from "./timer.ts";

interface Delayed<T> {
  readonly dueAt: number;
  readonly order: number;
  readonly value: T;
}

/** Hands values back when their time comes, with one timer for all of them. */
export class DelayQueue<T> {
  readonly #clock: Clock;
  readonly #onDue: (values: T[]) => void;
  readonly #coalesceMs: number;
  /** Binary heap: the earliest first, equals in the order they came. */
  readonly #heap: Delayed<T>[] = [];
  #order = 0;
  readonly #timer: Timer;
  #timerAt = Number.POSITIVE_INFINITY;

  /** @param coalesceMs what is due this soon after the first comes along with it */
  constructor(clock: Clock, coalesceMs: number, onDue: (values: T[]) => void) {
    this.#clock = clock;
    this.#coalesceMs = coalesceMs;
    this.#onDue = onDue;
    this.#timer = new Timer(clock, () => this.#fire());
  }

  push(value: T, delayMs: number): void {
    const item = { dueAt: this.#clock.now() + delayMs, order: this.#order++, value };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(item, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
    this.#arm();
  }

  /** Forgets everything. */
  clear(): void {
    this.#heap.length = 0;
    this.#arm();
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const a = heap[left];
      const b = heap[right];
      const [child, below] = b !== undefined && a !== undefined && isBefore(b, a) ? [right, b] : [left, a];
      if (below === undefined || !isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }

  #arm(): void {
    const dueAt = this.#heap[0]?.dueAt ?? Number.POSITIVE_INFINITY;
    if (dueAt === this.#timerAt) return;
    this.#timerAt = dueAt;
    if (dueAt === Number.POSITIVE_INFINITY) this.#timer.clear();
    else this.#timer.arm(Math.max(0, dueAt - this.#clock.now()));
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const until = this.#clock.now() + this.#coalesceMs;
    const due: T[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.dueAt <= until; first = this.#heap[0]) {
      due.push(first.value);
      this.#pop();
    }
    this.#arm();
    if (due.length > 0) this.#onDue(due);
  }
}

function isBefore<T>(a: Delayed<T>, b: Delayed<T>): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}
