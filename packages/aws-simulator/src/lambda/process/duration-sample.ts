/** Durations of invocations in milliseconds: the newest by percentile, and the longest of all. */
export interface DurationSummary {
  /** Invocations measured since the function began. */
  readonly count: number;
  /** Median of the newest 1,000; 0 without any. */
  readonly p50: number;
  /** 99th percentile of the newest 1,000; 0 without any. */
  readonly p99: number;
  /** The longest of all. */
  readonly max: number;
}

/** Durations kept for the percentiles: the newest ones. */
const CAPACITY = 1_000;

/** Percentiles of the newest durations, and the longest of all. */
export class DurationSample {
  readonly #newest: number[] = [];
  #count = 0;
  #max = 0;

  add(durationMs: number): void {
    this.#newest[this.#count % CAPACITY] = durationMs;
    this.#count += 1;
    this.#max = Math.max(this.#max, durationMs);
  }

  summary(): DurationSummary {
    const sorted = [...this.#newest].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { count: this.#count, p50: at(0.5), p99: at(0.99), max: this.#max };
  }
}
