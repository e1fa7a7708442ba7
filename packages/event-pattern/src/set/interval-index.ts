/** An interval with an item; ends are closed here, open ends are the caller's to check. */
export interface Interval<B extends number | string, T> {
  readonly low: B;
  readonly high: B;
  readonly item: T;
}

/**
 * Finds which of many intervals hold a point. The intervals, sorted by their low end, form a balanced tree in which
 * each place knows the highest end below it, so that whole parts are passed over: the logarithm of their number, plus
 * what is found.
 */
export class IntervalIndex<B extends number | string, T> {
  readonly #intervals: readonly Interval<B, T>[];
  readonly #highest: B[];

  constructor(intervals: readonly Interval<B, T>[]) {
    this.#intervals = [...intervals].sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
    this.#highest = this.#intervals.map(({ high }) => high);
    this.#raise(0, this.#intervals.length);
  }

  /** Adds the items of the intervals that hold the point. */
  collect(point: B, into: T[]): void {
    this.#search(point, into, 0, this.#intervals.length);
  }

  #search(point: B, into: T[], from: number, to: number): void {
    if (from >= to) return;
    const middle = (from + to) >>> 1;
    const highest = this.#highest[middle];
    const interval = this.#intervals[middle];
    if (interval === undefined || highest === undefined || highest < point) return;
    this.#search(point, into, from, middle);
    if (interval.low > point) return;
    if (interval.high >= point) into.push(interval.item);
    this.#search(point, into, middle + 1, to);
  }

  /** Sets the highest end of every subtree; the root of `[from, to)` is its middle. */
  #raise(from: number, to: number): B | undefined {
    if (from >= to) return undefined;
    const middle = (from + to) >>> 1;
    for (const below of [this.#raise(from, middle), this.#raise(middle + 1, to)]) {
      const highest = this.#highest[middle];
      if (below !== undefined && highest !== undefined && below > highest) this.#highest[middle] = below;
    }
    return this.#highest[middle];
  }
}
