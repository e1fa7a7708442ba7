import type { Cursor, PipelineDescription, PipelineSource } from "@millrace/pipeline-source";
import type { EventsAnswer, EventSummary } from "../api.ts";
import type { EventQuery } from "./event-query.ts";
import { findDestination } from "../routes/find-destination.ts";
import { readEvent } from "./event-summary.ts";
import { SEARCH_BUDGET_MS, SEARCH_BUDGET_RECORDS } from "./limits.ts";

const PAGE_LIMIT = 2_000;

export interface SearchOptions {
  readonly limit: number;
  readonly before?: Cursor | undefined;
  readonly after?: Cursor | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Searches a stream from its end until it has enough, is at the end, or has taken its time: then the answer tells how
 * far it came, and the next one goes on there. Records are read whole, so it can find some more than `limit`.
 */
export async function searchEvents(
  source: PipelineSource,
  query: EventQuery,
  { limit, before, after, signal }: SearchOptions,
): Promise<Omit<EventsAnswer, "totals">> {
  const stream = await streamOf(source, query.place, signal);
  const deadlineMs = Date.now() + SEARCH_BUDGET_MS;
  const events: EventSummary[] = [];
  let place = before;
  let mark: string | undefined;
  let looked = 0;
  let reachedMs: number | null = null;
  let isEnd: boolean;
  let size = limit;
  let read = 0;
  do {
    const page = await source.readLines(
      { stream, limit: size, before: place, after, contains: query.contains, beforeMs: query.untilMs },
      signal,
    );
    mark ??= page.after;
    looked += page.looked;
    place = page.before;
    isEnd = page.isEnd;
    for (const line of page.lines) {
      const { summary } = readEvent(line);
      reachedMs = summary.atMs;
      if (query.fromMs !== undefined && summary.atMs < query.fromMs) isEnd = true;
      else if (query.matches(summary)) events.push(summary);
    }
    // As many as will bring what is missing, if matches go on as they came.
    read += page.lines.length;
    size = Math.min(PAGE_LIMIT, Math.ceil(((limit - events.length) * (read + 1)) / (events.length + 1)) + 1);
  } while (!isEnd && events.length < limit && looked < SEARCH_BUDGET_RECORDS && Date.now() < deadlineMs);
  return { events, looked, before: isEnd ? null : place, reachedMs, mark };
}

/** The stream of a query: the enriched one, bad rows, or a destination by the end of its name. */
async function streamOf(source: PipelineSource, place: string | undefined, signal?: AbortSignal): Promise<string> {
  const { streams }: PipelineDescription = await source.describe(signal);
  if (place === undefined || place === "enriched") return streams.enriched;
  if (place === "bad") return streams.badRows;
  const hops = await source.hops(signal);
  const found = findDestination(hops, place)?.name;
  if (found !== undefined) return found;
  const names = hops.flatMap(({ name, kind }) => (kind === "destination" ? [name] : []));
  throw new RangeError(`"in:${place}" is no destination. There are: ${names.join(", ")}.`);
}
