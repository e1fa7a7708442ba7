import { endsOf, type Interval, type IntervalParts, partsOf } from "./interval-parts.ts";
import type { Numbers } from "./numbers.ts";

/** Finds which of many intervals of texts hold a text. */
export class TextIntervals {
  readonly #ends: readonly string[];
  readonly #parts: IntervalParts;

  constructor(intervals: readonly Interval<string>[]) {
    this.#ends = endsOf(intervals);
    this.#parts = partsOf(intervals, this.#ends);
  }

  /** Adds the items of the intervals that hold the text to `into`. */
  collect(text: string, into: Numbers): void {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? text) < text) low = middle + 1;
      else high = middle;
    }
    const { items, count, top } = this.#parts;
    const part = 2 * low + (this.#ends[low] === text ? 1 : 0);
    for (let place = part + count; place >= top; place >>>= 1) for (const item of items[place] ?? []) into.push(item);
  }
}
