/** Lowest and highest value of a stretch of time. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** How a figure moved between the first and the second half of what counts. */
export interface Verdict {
  readonly first: Range;
  readonly second: Range;
  readonly isFlat: boolean;
}

/** Growth from half to half that still counts as flat: this share of it, or this much if that is more. */
export const flatShare = 0.05;
export const flatMb = 10;

/**
 * Memory goes up and down as a saw, of minutes for DuckDB and a quarter of an hour for a function's heap: a slope over
 * a few teeth depends on the phase. A leak raises the highest point of each tooth. A figure is flat when its highest
 * point did not grow from the first half of the time to the second. The lowest point is told and decides nothing: a
 * process gives room back now and then, and one that climbs to where it was before is no leak.
 *
 * @param points in order of x; at least two in each half
 */
export function judge(points: readonly (readonly [x: number, y: number])[]): Verdict {
  const middle = ((points[0]?.[0] ?? 0) + (points.at(-1)?.[0] ?? 0)) / 2;
  const first = rangeOf(points.filter(([x]) => x < middle));
  const second = rangeOf(points.filter(([x]) => x >= middle));
  const hasGrown = (before: number, after: number): boolean => after - before > Math.max(flatMb, before * flatShare);
  return { first, second, isFlat: !hasGrown(first.high, second.high) };
}

function rangeOf(points: readonly (readonly [x: number, y: number])[]): Range {
  const values = points.map(([, y]) => y);
  return { low: Math.min(...values), high: Math.max(...values) };
}
