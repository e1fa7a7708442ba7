import { BROKEN_SOURCE_EVENTS, COUNTED_INVALID_EVENTS, MAX_WATCHED_SOURCES, SOURCE_WATCH_WINDOW_MS } from "./limits.ts";

interface SourceCounts {
  events: number;
  invalid: number;
}

export interface SourceJudgement {
  /** Sources with enough events, all of them invalid. */
  readonly broken: number;
  /** Largest share of invalid events of a source that has enough invalid ones; 0 where none has. */
  readonly worstPercent: number;
}

/**
 * Counts the events of each source over the last one or two windows, to tell a source that is broken from one that has
 * a bad event, and the largest share of invalid ones. Of so many sources only: others are not told, and cost nothing.
 */
export class SourceWatch {
  #young = new Map<string, SourceCounts>();
  #old = new Map<string, SourceCounts>();
  #youngSinceMs = 0;
  #last: { readonly source: string; readonly counts: SourceCounts } | undefined;

  add(source: string, isInvalid: boolean): void {
    // Neighbouring events are of one source mostly, and to compare is cheaper than to look up.
    const counts = this.#last?.source === source ? this.#last.counts : this.#countsOf(source);
    if (counts === undefined) return;
    counts.events += 1;
    if (isInvalid) counts.invalid += 1;
  }

  judge(nowMs: number): SourceJudgement {
    this.#turn(nowMs);
    let [broken, worstPercent] = [0, 0];
    for (const source of new Set([...this.#young.keys(), ...this.#old.keys()])) {
      const [young, old] = [this.#young.get(source), this.#old.get(source)];
      const events = (young?.events ?? 0) + (old?.events ?? 0);
      const invalid = (young?.invalid ?? 0) + (old?.invalid ?? 0);
      if (events >= BROKEN_SOURCE_EVENTS && invalid === events) broken += 1;
      if (invalid >= COUNTED_INVALID_EVENTS) worstPercent = Math.max(worstPercent, (100 * invalid) / events);
    }
    return { broken, worstPercent };
  }

  #countsOf(source: string): SourceCounts | undefined {
    let counts = this.#young.get(source);
    if (counts === undefined) {
      if (this.#young.size >= MAX_WATCHED_SOURCES) return undefined;
      counts = { events: 0, invalid: 0 };
      this.#young.set(source, counts);
    }
    this.#last = { source, counts };
    return counts;
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#youngSinceMs < SOURCE_WATCH_WINDOW_MS) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngSinceMs = nowMs;
    this.#last = undefined;
  }
}
