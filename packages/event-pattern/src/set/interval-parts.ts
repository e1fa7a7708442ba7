/** An interval with an item. */
export interface Interval<B extends number | string> {
  readonly low: B;
  readonly isLowOpen: boolean;
  readonly high: B;
  readonly isHighOpen: boolean;
  readonly item: number;
}

/**
 * The parts that the ends of intervals cut a line into: the ends, what lies between two of them, and what lies before
 * and after all. The part before end `n` is `2n`, the end itself `2n + 1`.
 */
export interface IntervalParts {
  /**
   * Items by place of a binary tree: the root is 1, what lies below `n` is `2n` and `2n + 1`, the parts come last. The
   * intervals that hold a part stand at places on the way from the part to the root.
   */
  readonly items: readonly (readonly number[])[];
  readonly count: number;
  /** The last place on the way up that has items. */
  readonly top: number;
}

/** Every interval stands at all its parts unless they would be more than so many for each interval. */
const MAX_PARTS_PER_INTERVAL = 8;

/** The ends of intervals in ascending order, each once. */
export function endsOf<B extends number | string>(intervals: readonly Interval<B>[]): B[] {
  return [...new Set(intervals.flatMap(({ low, high }) => [low, high]))].sort((a, b) => (a < b ? -1 : 1));
}

/** Files intervals at their parts, or where those would be too many at the few places of the tree that cover them. */
export function partsOf<B extends number | string>(
  intervals: readonly Interval<B>[],
  ends: readonly B[],
): IntervalParts {
  const count = 2 * ends.length + 1;
  const partOf = new Map(ends.map((end, index) => [end, 2 * index + 1]));
  const spans = intervals.map(({ low, isLowOpen, high, isHighOpen, item }) => ({
    from: (partOf.get(low) ?? 0) + (isLowOpen ? 1 : 0) + count,
    to: (partOf.get(high) ?? 0) + (isHighOpen ? 0 : 1) + count,
    item,
  }));
  const covered = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  const isFlat = covered <= MAX_PARTS_PER_INTERVAL * intervals.length;
  const items = Array.from({ length: 2 * count }, (): number[] => []);
  for (const { from, to, item } of spans) {
    if (isFlat) for (let place = from; place < to; place += 1) items[place]?.push(item);
    else cover(items, from, to, item);
  }
  return { items, count, top: isFlat ? count : 1 };
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
