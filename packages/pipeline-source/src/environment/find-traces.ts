import {
  lakeStore,
  type S3,
  type Store,
  type StoredEvent,
  type StoredPart,
  undeliveredStore,
} from "@millrace/stored-events";
import { digestOfId } from "@millrace/telemetry/id-digest";
import type { Topology } from "@millrace/topology";
import { timeOfId } from "../time-of-id.ts";
import type { EventCopy, EventTraces, LandedRow, SearchRange } from "../traces.ts";
import {
  CLOCK_SKEW_MS,
  DELIVERY_MS,
  HOP_MS,
  MINUTE_MS,
  OBJECTS_AT_ONCE,
  SEARCH_BUDGET_MS,
  SEARCH_DAY_MS,
  SEARCH_MINUTES,
} from "./limits.ts";
import type { EnvironmentClock, StreamLines } from "./stream-lines.ts";

export interface FindTracesDeps {
  readonly topology: Topology;
  readonly lines: Pick<StreamLines, "find">;
  readonly s3: S3;
  readonly lakeBucket: string;
  readonly clock: EnvironmentClock;
}

/**
 * Looks an id up in an environment, over a range of time. The lake comes first: its objects are asked for the id as a
 * text, and the events in them tell when to look in the streams, whose readers are slow.
 */
export async function findTraces(deps: FindTracesDeps, id: string, range?: SearchRange): Promise<EventTraces> {
  const { topology, s3, lakeBucket, clock } = deps;
  const { raw, enriched, badRows } = topology.pipelineStreams;
  const nowMs = clock.now();
  const told = range ?? rangeOfId(id, nowMs);
  const searched = told ?? { fromMs: nowMs - SEARCH_DAY_MS, toMs: nowMs };
  const gaps: string[] = [];
  const deadlineMs = nowMs + SEARCH_BUDGET_MS;
  const written = JSON.stringify(id).slice(1, -1);
  const bufferMs = Math.max(0, ...topology.deliveryStreams.map((each) => each.bufferingIntervalSeconds)) * 1_000;
  const search = { id, written, range: searched, deadlineMs, clock, gaps, settleMs: bufferMs + DELIVERY_MS };
  const isNewestFirst = told === undefined;
  const [landed, undelivered] = await Promise.all([
    searchObjects({ ...search, isNewestFirst, place: "the lake", store: lakeStore(s3, lakeBucket) }),
    searchObjects({
      ...{ ...search, isNewestFirst, place: "undelivered events", store: undeliveredStore(s3, lakeBucket) },
      settleMs: Number.POSITIVE_INFINITY,
    }),
  ]);

  /** Where the lake has nothing, what it may not have yet. */
  const tail = isNewestFirst ? { fromMs: Math.max(searched.fromMs, nowMs - search.settleMs), toMs: nowMs } : searched;
  const find = async (stream: string, windows: readonly SearchRange[], text = written): Promise<EventCopy[]> => {
    const found = new Map<string, EventCopy>();
    for (const { fromMs, toMs } of windows) {
      const { lines, isCut } = await deps.lines.find(stream, { fromMs, toMs, deadlineMs }, text);
      for (const line of lines) found.set(`${line.shardId} ${line.sequenceNumber} ${line.index}`, line);
      if (isCut) gaps.push(`Of the stream ${stream}, not all was read: name a shorter time.`);
    }
    return [...found.values()];
  };
  const seen = landed.map(timesOf);
  const rawWindows = mergeRanges(seen.map(({ receivedMs, enrichedMs }) => around(receivedMs, enrichedMs)));
  const isEnriched = ({ text }: EventCopy): boolean => asMembers(members(text)?.["event"])?.["id"] === id;
  const destinations = topology.streams
    .map(({ name }) => name)
    .filter((name) => ![raw, enriched, badRows].includes(name));
  const findLater = (windows: readonly SearchRange[]): Promise<EventCopy[][]> =>
    Promise.all([enriched, ...destinations].map(async (stream) => (await find(stream, windows)).filter(isEnriched)));
  // Where the lake tells when, all streams are looked at side by side.
  const [rawLines, besides] = await Promise.all([
    find(raw, rawWindows.length === 0 ? [tail] : rawWindows),
    seen.length === 0
      ? undefined
      : findLater(mergeRanges(seen.map(({ enrichedMs }) => around(enrichedMs, enrichedMs + HOP_MS)))),
  ]);
  const rawCopies = rawLines.filter(({ text }) => members(text)?.["id"] === id || members(text) === undefined);
  const arrivals = rawCopies.map(({ arrivedAt }) => Date.parse(arrivedAt));
  // Of what the lake does not have, the raw stream tells from when on to look.
  const [enrichedCopies = [], ...delivered] = await (besides ??
    findLater(arrivals.length === 0 ? [tail] : mergeRanges(arrivals.map((atMs) => around(atMs, tail.toMs)))));
  // A bad row names the record that it was made of.
  const isDone = landed.length >= rawCopies.length && landed.length > 0;
  const bad = isDone
    ? []
    : await Promise.all(
        rawCopies.map(({ sequenceNumber }, index) =>
          find(badRows, [{ fromMs: arrivals[index] ?? 0, toMs: tail.toMs }], `"${sequenceNumber}"`),
        ),
      );
  const others = [...topology.queues, ...topology.buses].map(({ name }) => name);
  if (others.length > 0) gaps.push(`Queues and buses keep nothing that could be read: ${others.join(", ")}.`);
  gaps.push(
    `Refusals are in the log of the event service, wherever its cluster keeps it: look for "idDigest":"${digestOfId(id)}".`,
    "The warehouse is not asked: SELECT loaded_at FROM events WHERE id = '<id>' says when a row came.",
  );
  return {
    refused: [],
    raw: rawCopies,
    enriched: enrichedCopies,
    badRows: bad.flat(),
    delivered: delivered.flat(),
    undelivered: undelivered.map(({ place, content, value }) => ({
      object: place.container,
      text: JSON.stringify({ enriched: value, delivery: content.delivery, failure: { message: notTold } }),
    })),
    rows: landed.map(rowOf),
    searched: { ...searched, gaps },
  };
}

const notTold = "its destination did not take it in time";

interface ObjectSearch {
  /** As a sentence calls it. */
  readonly place: string;
  readonly store: Store;
  readonly range: SearchRange;
  readonly id: string;
  /** The id as JSON has it. */
  readonly written: string;
  readonly isNewestFirst: boolean;
  /** Once an object has the id, those are read on that were stored within this time of it. */
  readonly settleMs: number;
  readonly deadlineMs: number;
  readonly clock: EnvironmentClock;
  /** Told of what was not read. */
  readonly gaps: string[];
}

/** Asks the objects of a store, some at once, for the id; the lines of those alone that have it are read. */
async function searchObjects(search: ObjectSearch): Promise<readonly StoredEvent[]> {
  const { place, store, range, id, written, isNewestFirst, settleMs, clock, deadlineMs, gaps } = search;
  const parts: StoredPart[] = [];
  for await (const part of store.parts(range)) {
    // An object that was written before has none of the range.
    if ((part.modifiedMs ?? range.fromMs) >= range.fromMs - CLOCK_SKEW_MS) parts.push(part);
  }
  const order = isNewestFirst ? -1 : 1;
  parts.sort((one, other) => order * ((one.modifiedMs ?? 0) - (other.modifiedMs ?? 0)));
  const found: StoredEvent[] = [];
  let foundMs: number | undefined;
  let next = 0;
  const isSettled = (part: StoredPart): boolean =>
    foundMs !== undefined && Math.abs((part.modifiedMs ?? foundMs) - foundMs) > settleMs;
  const work = async (): Promise<void> => {
    for (let part = parts[next]; part !== undefined; part = parts[next]) {
      if (isSettled(part) || clock.now() >= deadlineMs) return;
      next += 1;
      if ((await part.holds?.(written)) === false) continue;
      for await (const events of part.read()) {
        const own = events.filter((event) => event.content.text.includes(written) && event.facts.id === id);
        if (own.length > 0) foundMs ??= part.modifiedMs;
        found.push(...own);
      }
    }
  };
  await Promise.all(Array.from({ length: OBJECTS_AT_ONCE }, work));
  const left = parts[next];
  if (left !== undefined) {
    const reachedAt = new Date(left.modifiedMs ?? range.fromMs).toISOString();
    const way = isNewestFirst ? "before" : "after";
    gaps.push(
      `Of ${place}, ${parts.length - next} objects were not read, stored ${way} ${reachedAt}: name a shorter time.`,
    );
  }
  return found;
}

interface Times {
  readonly receivedMs: number;
  readonly enrichedMs: number;
}

/** When an event of the lake was accepted and enriched. */
function timesOf({ facts, place }: StoredEvent): Times {
  const receivedMs = Date.parse(facts.replayedAt ?? facts.receivedAt ?? "");
  return { receivedMs: Number.isNaN(receivedMs) ? place.atMs : receivedMs, enrichedMs: place.atMs };
}

const around = (fromMs: number, toMs: number): SearchRange => ({
  fromMs: Math.min(fromMs, toMs) - CLOCK_SKEW_MS,
  toMs: toMs + CLOCK_SKEW_MS,
});

/** Ranges that touch, as one. */
function mergeRanges(ranges: readonly SearchRange[]): readonly SearchRange[] {
  const merged: SearchRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.fromMs - other.fromMs)) {
    const last = merged.at(-1);
    if (last === undefined || range.fromMs > last.toMs) merged.push(range);
    else merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, range.toMs) };
  }
  return merged;
}

/** Undefined for an id that tells no time. */
function rangeOfId(id: string, nowMs: number): SearchRange | undefined {
  const madeMs = timeOfId(id);
  if (madeMs === undefined || madeMs > nowMs) return undefined;
  return { fromMs: madeMs - MINUTE_MS, toMs: Math.min(nowMs, madeMs + SEARCH_MINUTES * MINUTE_MS) };
}

type Members = Readonly<Record<string, unknown>>;

const asMembers = (value: unknown): Members | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined;

function members(text: string): Members | undefined {
  try {
    return asMembers(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const rowOf = ({ place, facts }: StoredEvent): LandedRow => ({
  source: facts.source ?? "",
  object: place.container,
  line: Number(place.position),
  loadedAt: undefined,
  isShown: undefined,
});
