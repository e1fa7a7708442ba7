import { brokenSourceEvents, maxWatchedSources, sourceWatchWindowMs } from "./limits.ts";

interface SourceCounts {
  events: number;
  invalid: number;
}

/**
 * Counts the events of each source over the last one or two windows, to tell a source that is broken from one that has
 * a bad event. Of so many sources only: others are not told, and cost nothing.
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

  /** Sources with enough events, all of them invalid. */
  countBroken(nowMs: number): number {
    this.#turn(nowMs);
    const sources = new Set([...this.#young.keys(), ...this.#old.keys()]);
    return [...sources].filter((source) => this.#isBroken(source)).length;
  }

  #isBroken(source: string): boolean {
    const all = [this.#young.get(source), this.#old.get(source)].filter((counts) => counts !== undefined);
    const events = all.reduce((sum, counts) => sum + counts.events, 0);
    return events >= brokenSourceEvents && all.every((counts) => counts.invalid === counts.events);
  }

  #countsOf(source: string): SourceCounts | undefined {
    let counts = this.#young.get(source);
    if (counts === undefined) {
      if (this.#young.size >= maxWatchedSources) return undefined;
      counts = { events: 0, invalid: 0 };
      this.#young.set(source, counts);
    }
    this.#last = { source, counts };
    return counts;
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#youngSinceMs < sourceWatchWindowMs) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngSinceMs = nowMs;
    this.#last = undefined;
  }
}
