import {
  asObject,
  lakeStore,
  readObject,
  type S3,
  type Store,
  type StoredEvent,
  type StoredPart,
  undeliveredStore,
} from "@millrace/stored-events";
import { ownLoginRemedy, SnowflakeError } from "@millrace/snowflake-api";
import { digestOfId } from "@millrace/telemetry/id-digest";
import type { Topology } from "@millrace/topology";
import { timeOfId } from "../time-of-id.ts";
import type { EventCopy, EventTraces, LandedRow, SearchRange } from "../traces.ts";
import type { EnvironmentWarehouse, ShownRow } from "./environment-warehouse.ts";
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
  /** Absent where the asking user has no login for it. */
  readonly warehouse?: Pick<EnvironmentWarehouse, "rows" | "newestLoadMs"> | undefined;
  /** Told before a search that takes long, why it does. */
  readonly onSlowSearch?: ((reason: string) => void) | undefined;
}

/**
 * Looks an id up in an environment, over a range of time. Only the warehouse has an index of a kind: for an id that
 * tells no time it is asked first. Then comes the lake: its objects are asked for the id as a text, and the events in
 * them tell when to look in the streams, whose readers are slow.
 */
export async function findTraces(deps: FindTracesDeps, id: string, range?: SearchRange): Promise<EventTraces> {
  const { topology, s3, lakeBucket, clock } = deps;
  const { raw, enriched, badRows } = topology.pipelineStreams;
  const nowMs = clock.now();
  const gaps: string[] = [];
  const written = JSON.stringify(id).slice(1, -1);
  const bufferMs = Math.max(0, ...topology.deliveryStreams.map((each) => each.bufferingIntervalSeconds)) * 1_000;
  const settleMs = bufferMs + DELIVERY_MS;
  const madeAt = range ?? rangeOfId(id, nowMs);
  const answer = await askWarehouse(deps, id, madeAt?.fromMs, gaps);
  const rows = answer?.rows.filter(({ receivedMs }) => range === undefined || isWithin(receivedMs, range)) ?? [];
  const ranges = mergeRanges([
    ...(madeAt === undefined ? [] : [madeAt]),
    ...rows.map(({ receivedMs, enrichedMs }) => ({ fromMs: receivedMs - settleMs, toMs: enrichedMs + settleMs })),
  ]);
  // Where nobody tells when, what came last is the likeliest.
  const isNewestFirst = ranges.length === 0;
  if (isNewestFirst) ranges.push(unlandedRange(deps, answer, settleMs, gaps));
  const searched = { fromMs: ranges[0]?.fromMs ?? nowMs, toMs: ranges.at(-1)?.toMs ?? nowMs };
  const search = { id, written, deadlineMs: clock.now() + SEARCH_BUDGET_MS, clock, gaps, isNewestFirst, settleMs };
  const searchAll = async (each: Pick<ObjectSearch, "place" | "store" | "settleMs">): Promise<StoredEvent[]> =>
    (await Promise.all(ranges.map((one) => searchObjects({ ...search, ...each, range: one })))).flat();
  const [landed, undelivered] = await Promise.all([
    searchAll({ place: "the lake", store: lakeStore(s3, lakeBucket), settleMs }),
    searchAll({
      ...{ place: "undelivered events", store: undeliveredStore(s3, lakeBucket) },
      settleMs: Number.POSITIVE_INFINITY,
    }),
  ]);

  /** Where the lake has nothing, what it may not have yet. */
  const tail = isNewestFirst ? { fromMs: Math.max(searched.fromMs, nowMs - search.settleMs), toMs: nowMs } : searched;
  const find = async (stream: string, windows: readonly SearchRange[], text = written): Promise<EventCopy[]> => {
    const found = new Map<string, EventCopy>();
    for (const { fromMs, toMs } of windows) {
      const { lines, isCut } = await deps.lines.find(stream, { fromMs, toMs, deadlineMs: search.deadlineMs }, text);
      for (const line of lines) found.set(`${line.shardId} ${line.sequenceNumber} ${line.index}`, line);
      if (isCut) gaps.push(`Of the stream ${stream}, not all was read: name a shorter time.`);
    }
    return [...found.values()];
  };
  const seen: readonly Times[] = [...landed.map(timesOf), ...rows];
  const rawWindows = mergeRanges(seen.map(({ receivedMs, enrichedMs }) => around(receivedMs, enrichedMs)));
  const isEnriched = ({ text }: EventCopy): boolean => asObject(readObject(text)?.["event"])?.["id"] === id;
  const destinations = topology.streams
    .map(({ name }) => name)
    .filter((name) => ![raw, enriched, badRows].includes(name));
  const findIn = async (stream: string, windows: readonly SearchRange[]): Promise<EventCopy[]> =>
    (await find(stream, windows)).filter(isEnriched);
  const findLater = (windows: readonly SearchRange[]): Promise<EventCopy[][]> =>
    Promise.all([enriched, ...destinations].map((stream) => findIn(stream, windows)));
  // A destination has no event that is neither enriched nor landed.
  const findEnrichedFirst = async (windows: readonly SearchRange[]): Promise<EventCopy[][]> => {
    const copies = await findIn(enriched, windows);
    if (copies.length === 0) return [];
    return [copies, ...(await Promise.all(destinations.map((stream) => findIn(stream, windows))))];
  };
  // Where the lake tells when, all streams are looked at side by side.
  const [rawLines, besides] = await Promise.all([
    find(raw, rawWindows.length === 0 ? [tail] : rawWindows),
    seen.length === 0
      ? undefined
      : findLater(mergeRanges(seen.map(({ enrichedMs }) => around(enrichedMs, enrichedMs + HOP_MS)))),
  ]);
  const rawCopies = rawLines.filter(({ text }) => readObject(text)?.["id"] === id || readObject(text) === undefined);
  const arrivals = rawCopies.map(({ arrivedAt }) => Date.parse(arrivedAt));
  // Of what the lake does not have, the raw stream tells from when on to look.
  const [enrichedCopies = [], ...delivered] = await (besides ??
    findEnrichedFirst(arrivals.length === 0 ? [tail] : mergeRanges(arrivals.map((atMs) => around(atMs, tail.toMs)))));
  // A bad row names the record that it was made of.
  const isDone = landed.length >= rawCopies.length && landed.length > 0;
  const bad = isDone
    ? []
    : await Promise.all(
        rawCopies.map(({ sequenceNumber }, index) =>
          find(badRows, [{ fromMs: arrivals[index] ?? 0, toMs: tail.toMs }], `"${sequenceNumber}"`),
        ),
      );
  const unread = topology.destinations.map(({ name }) => name);
  if (unread.length > 0) gaps.push(`Queues and buses keep nothing that could be read: ${unread.join(", ")}.`);
  gaps.push(
    `Refusals are in the log of the event service, wherever its cluster keeps it: look for "idDigest":"${digestOfId(id)}".`,
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
    rows: joinRows(landed.map(rowOf), rows, lakeBucket),
    searched: { ...searched, gaps, isWarehouseAsked: answer !== undefined },
  };
}

/** Rows of an id, and when the newest row of all was loaded where there are none. */
interface WarehouseAnswer {
  readonly rows: readonly ShownRow[];
  readonly newestLoadMs: number | undefined;
}

/** Asks for rows that were loaded since a time, else in the last day; undefined where the warehouse does not answer. */
async function askWarehouse(
  { warehouse, clock }: FindTracesDeps,
  id: string,
  sinceMs: number | undefined,
  gaps: string[],
): Promise<WarehouseAnswer | undefined> {
  if (warehouse === undefined) {
    gaps.push(`The warehouse is not asked: there is no login. ${ownLoginRemedy}`);
    return undefined;
  }
  const dayMs = clock.now() - SEARCH_DAY_MS;
  try {
    const rows = await warehouse.rows(id, (sinceMs ?? dayMs) - CLOCK_SKEW_MS);
    const isNeeded = rows.length === 0 && sinceMs === undefined;
    return { rows, newestLoadMs: isNeeded ? await warehouse.newestLoadMs(dayMs) : undefined };
  } catch (error) {
    if (!(error instanceof SnowflakeError)) throw error;
    gaps.push(`The warehouse did not answer: ${error.reason}`);
    return undefined;
  }
}

/**
 * Returns the time whose events the warehouse does not show yet: they are younger than the newest load. Where it was
 * not asked, that is the last day.
 */
function unlandedRange(
  { clock, onSlowSearch }: FindTracesDeps,
  answer: WarehouseAnswer | undefined,
  settleMs: number,
  gaps: readonly string[],
): SearchRange {
  const toMs = clock.now();
  const dayMs = toMs - SEARCH_DAY_MS;
  const newestMs = answer?.newestLoadMs;
  if (newestMs !== undefined) return { fromMs: Math.max(dayMs, newestMs - settleMs), toMs };
  const why = answer === undefined ? gaps.at(-1) : "The warehouse has no row of the last day.";
  onSlowSearch?.(
    `${why} The id tells no time, so that the lake of the last day is read, the newest objects first: up to ` +
      `${SEARCH_BUDGET_MS / 1_000} s.`,
  );
  return { fromMs: dayMs, toMs };
}

/** The lines of the lake, each with what the warehouse says of it, and the rows whose lines were not read. */
function joinRows(lines: readonly LandedRow[], rows: readonly ShownRow[], bucket: string): readonly LandedRow[] {
  const shown = rows.map(({ source, object, line, loadedAt }): LandedRow => {
    return { source, object: `s3://${bucket}/${object}`, line, loadedAt, isShown: true };
  });
  const isSame = (one: LandedRow, other: LandedRow): boolean => one.object === other.object && one.line === other.line;
  return [...lines.filter((line) => !shown.some((row) => isSame(row, line))), ...shown];
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

const isWithin = (atMs: number, { fromMs, toMs }: SearchRange): boolean => atMs >= fromMs && atMs < toMs;

/** Ranges that touch, as one. */
function mergeRanges(ranges: readonly SearchRange[]): SearchRange[] {
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

const rowOf = ({ place, facts }: StoredEvent): LandedRow => ({
  source: facts.source ?? "",
  object: place.container,
  line: Number(place.position),
  loadedAt: undefined,
  isShown: undefined,
});
