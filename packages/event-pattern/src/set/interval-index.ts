import { IntLists } from "./int-lists.ts";
import type { Numbers } from "./numbers.ts";

/** An interval with an item. */
export interface Interval<B extends number | string> {
  readonly low: B;
  readonly isLowOpen: boolean;
  readonly high: B;
  readonly isHighOpen: boolean;
  readonly item: number;
}

/** Every interval stands at all its parts unless they would be more than so many for each interval. */
const MAX_PARTS_PER_INTERVAL = 8;

/**
 * Finds which of many intervals hold a point. The ends of all intervals cut the line into parts, every end being a part
 * of its own. An interval stands at each of its parts. Where those would be too many, a binary tree lies over the
 * parts, an interval stands at the few places that cover it, and a point finds its intervals on the way from its part
 * to the root.
 */
export class IntervalIndex<B extends number | string> {
  readonly #ends: readonly B[];
  readonly #partCount: number;
  /** Items by place of the tree: the root is 1, what lies below `n` is `2n` and `2n + 1`, the parts come last. */
  readonly #items: IntLists;
  /** The last place on the way up that has items. */
  readonly #top: number;

  constructor(intervals: readonly Interval<B>[]) {
    this.#ends = [...new Set(intervals.flatMap(({ low, high }) => [low, high]))].sort((a, b) => (a < b ? -1 : 1));
    // The ends, what lies between two of them, and what lies before and after all.
    this.#partCount = 2 * this.#ends.length + 1;
    const partOf = new Map(this.#ends.map((end, index) => [end, 2 * index + 1]));
    const spans = intervals.map(({ low, isLowOpen, high, isHighOpen, item }) => ({
      from: (partOf.get(low) ?? 0) + (isLowOpen ? 1 : 0) + this.#partCount,
      to: (partOf.get(high) ?? 0) + (isHighOpen ? 0 : 1) + this.#partCount,
      item,
    }));
    const covered = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    const isFlat = covered <= MAX_PARTS_PER_INTERVAL * intervals.length;
    this.#top = isFlat ? this.#partCount : 1;
    const places = Array.from({ length: 2 * this.#partCount }, (): number[] => []);
    for (const { from, to, item } of spans) {
      if (isFlat) for (let place = from; place < to; place += 1) places[place]?.push(item);
      else cover(places, from, to, item);
    }
    this.#items = new IntLists(places);
  }

  /** Adds the items of the intervals that hold the point. */
  collect(point: B, into: Numbers): void {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? point) < point) low = middle + 1;
      else high = middle;
    }
    const part = 2 * low + (this.#ends[low] === point ? 1 : 0);
    for (let place = part + this.#partCount; place >= this.#top; place >>>= 1) this.#items.appendTo(into, place);
  }
}

/** Files an item at the few places of the tree below which the parts `[from, to)` lie. */
function cover(places: readonly number[][], from: number, to: number, item: number): void {
  for (; from < to; from >>>= 1, to >>>= 1) {
    if (from % 2 === 1) {
      places[from]?.push(item);
      from += 1;
    }
    if (to % 2 === 1) {
      to -= 1;
      places[to]?.push(item);
    }
  }
}
