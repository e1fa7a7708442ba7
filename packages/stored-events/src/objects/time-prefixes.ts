import type { TimeRange } from "../stored-event.ts";

const HOUR_MS = 3_600_000;
const dayMs = 24 * HOUR_MS;

/**
 * The prefixes that have every object of a range in folders `date=YYYY-MM-DD/hour=HH/`: whole days by their day, so
 * that three years are 1,100 listings, and the hours at both ends by their hour.
 * @param marginMs how much earlier than its youngest event an object may have its folder
 */
export function* timePrefixes(folder: string, range: TimeRange, marginMs: number): Generator<string> {
  const end = range.toMs;
  for (let at = floor(range.fromMs - marginMs, HOUR_MS); at < end; ) {
    const isWholeDay = at % dayMs === 0 && at + dayMs <= end;
    const text = new Date(at).toISOString();
    const day = `${folder}date=${text.slice(0, 10)}/`;
    yield isWholeDay ? day : `${day}hour=${text.slice(11, 13)}/`;
    at += isWholeDay ? dayMs : HOUR_MS;
  }
}

/** The days of a range in UTC, as `YYYY/MM/DD/`. */
export function* dayFolders(range: TimeRange): Generator<string> {
  for (let at = floor(range.fromMs, dayMs); at < range.toMs; at += dayMs) {
    yield `${new Date(at).toISOString().slice(0, 10).replaceAll("-", "/")}/`;
  }
}

/** When the folder of a key begins, in epoch milliseconds; undefined for a key without such a folder. */
export function hourOfKey(key: string): number | undefined {
  const [, date, hour] = /(?:^|\/)date=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\//.exec(key) ?? [];
  return date === undefined ? undefined : Date.parse(`${date}T${hour ?? "00"}:00:00Z`);
}

const floor = (value: number, step: number): number => Math.floor(value / step) * step;
