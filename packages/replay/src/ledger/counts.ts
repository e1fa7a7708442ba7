/** Counts of one replay over all its runs. */
export interface ReplayCounts {
  /** Events of the range that were looked at. */
  readonly seen: number;
  readonly selected: number;
  readonly put: number;
  /** Put by a run that was cut off before it could note it. */
  readonly found: number;
  /** Bytes put. */
  readonly bytes: number;
  /** Put, but an attempt before had no answer: perhaps twice, with the same revision. */
  readonly ambiguous: number;
  readonly skipped: Readonly<Record<string, number>>;
}

export const noCounts: ReplayCounts = {
  seen: 0,
  selected: 0,
  put: 0,
  found: 0,
  bytes: 0,
  ambiguous: 0,
  skipped: {},
};

export function addCounts(a: ReplayCounts, b: ReplayCounts): ReplayCounts {
  const skipped = { ...a.skipped };
  for (const [reason, count] of Object.entries(b.skipped)) skipped[reason] = (skipped[reason] ?? 0) + count;
  return {
    seen: a.seen + b.seen,
    selected: a.selected + b.selected,
    put: a.put + b.put,
    found: a.found + b.found,
    bytes: a.bytes + b.bytes,
    ambiguous: a.ambiguous + b.ambiguous,
    skipped,
  };
}
