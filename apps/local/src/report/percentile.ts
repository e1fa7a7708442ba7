/** Median and 99th percentile of a set of durations, nearest rank, in milliseconds; `null` when there are none. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

export function percentiles(valuesMs: readonly number[]): Percentiles {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return { p50: at(0.5), p99: at(0.99) };
}
