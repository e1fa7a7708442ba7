import type { KinesisClient } from "@aws-sdk/client-kinesis";
import {
  lakeStore,
  type S3,
  type Store,
  type StoredEvent,
  type StoredPart,
  streamStore,
  type TimeRange,
  undeliveredStore,
} from "@millrace/stored-events";
import { digestOfId } from "@millrace/telemetry/id-digest";
import type { Topology } from "@millrace/topology";
import type { EventCopy, EventTraces, LandedRow, SearchRange } from "../traces.ts";
import { MINUTE_MS, SEARCH_BUDGET_MS, SEARCH_MINUTES } from "./limits.ts";
import type { EnvironmentClock } from "./stream-lines.ts";

export interface FindTracesDeps {
  readonly topology: Topology;
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly s3: S3;
  readonly lakeBucket: string;
  readonly clock: EnvironmentClock;
}

/** Looks an id up in the streams and the lake of an environment, over a range of time. */
export async function findTraces(deps: FindTracesDeps, id: string, range?: SearchRange): Promise<EventTraces> {
  const { topology, kinesis, s3, lakeBucket, clock } = deps;
  const { raw, enriched, badRows } = topology.pipelineStreams;
  const nowMs = clock.now();
  const searched = range ?? rangeOfId(id, nowMs);
  const gaps: string[] = [];
  const deadlineMs = nowMs + SEARCH_BUDGET_MS;
  const written = JSON.stringify(id).slice(1, -1);
  const isOfId = (event: StoredEvent): boolean => event.content.text.includes(written) && event.facts.id === id;
  const search = (place: string, store: Store, accepts: (event: StoredEvent) => boolean) =>
    searchStore({ place, store, range: searched, accepts, deadlineMs, clock, gaps });
  const inStream = (stream: string, name: "raw" | "enriched" | "destination", accepts = isOfId) =>
    search(`the stream ${stream}`, streamStore({ kinesis, stream, name, clock }), accepts);

  const destinations = topology.streams
    .map(({ name }) => name)
    .filter((name) => ![raw, enriched, badRows].includes(name));
  const [rawCopies, enrichedCopies, landed, undelivered, ...delivered] = await Promise.all([
    inStream(raw, "raw"),
    inStream(enriched, "enriched"),
    search("the lake", lakeStore(s3, lakeBucket), isOfId),
    search("undelivered events", undeliveredStore(s3, lakeBucket), isOfId),
    ...destinations.map((name) => inStream(name, "destination")),
  ]);
  const origins = rawCopies.map(({ place }) => place.position.split(":")[0] ?? "");
  // A bad row names the record that it was made of.
  const bad =
    origins.length === 0
      ? []
      : await inStream(badRows, "destination", ({ content }) =>
          origins.some((sequenceNumber) => content.text.includes(`"${sequenceNumber}"`)),
        );
  const others = [...topology.queues, ...topology.buses].map(({ name }) => name);
  if (others.length > 0) gaps.push(`Queues and buses keep nothing that could be read: ${others.join(", ")}.`);
  gaps.push(
    `Refusals are in the log of the event service, wherever its cluster keeps it: look for "idDigest":"${digestOfId(id)}".`,
    "The warehouse is not asked: SELECT loaded_at FROM events WHERE id = '<id>' says when a row came.",
  );
  return {
    refused: [],
    raw: rawCopies.map(copyOf),
    enriched: enrichedCopies.map(copyOf),
    badRows: bad.map(copyOf),
    delivered: delivered.flat().map(copyOf),
    undelivered: undelivered.map(({ place, content, value }) => ({
      object: place.container,
      text: JSON.stringify({ enriched: value, delivery: content.delivery, failure: { message: notTold } }),
    })),
    rows: landed.map(rowOf),
    searched: { ...searched, gaps },
  };
}

const notTold = "its destination did not take it in time";

interface Search {
  /** As a sentence calls it. */
  readonly place: string;
  readonly store: Store;
  readonly range: TimeRange;
  readonly accepts: (event: StoredEvent) => boolean;
  readonly deadlineMs: number;
  readonly clock: EnvironmentClock;
  /** Told of what was not read. */
  readonly gaps: string[];
}

async function searchStore(search: Search): Promise<readonly StoredEvent[]> {
  const { place, store, range, clock, deadlineMs, gaps } = search;
  const found: StoredEvent[] = [];
  let left = 0;
  const read = async (part: StoredPart): Promise<void> => {
    for await (const events of part.read()) {
      found.push(...events.filter(search.accepts));
      if (clock.now() < deadlineMs) continue;
      const reachedMs = events.at(-1)?.place.atMs ?? range.fromMs;
      gaps.push(
        `Of ${place}, ${part.id} was read up to ${new Date(reachedMs).toISOString()} only: name a shorter time.`,
      );
      return;
    }
  };
  const reading: Promise<void>[] = [];
  for await (const part of store.parts(range)) {
    if (clock.now() >= deadlineMs) left += 1;
    else if (store.isSideBySide) reading.push(read(part));
    else await read(part);
  }
  await Promise.all(reading);
  if (left > 0) gaps.push(`Of ${place}, ${left} objects were not read: name a shorter time.`);
  return found;
}

/** The first 48 bits of a UUID of version 7 are its time: https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
const uuidV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

function rangeOfId(id: string, nowMs: number): TimeRange {
  const [, high, low] = uuidV7.exec(id) ?? [];
  const madeMs = high === undefined || low === undefined ? undefined : Number.parseInt(`${high}${low}`, 16);
  if (madeMs === undefined || madeMs > nowMs) return { fromMs: nowMs - SEARCH_MINUTES * MINUTE_MS, toMs: nowMs };
  return { fromMs: madeMs - MINUTE_MS, toMs: Math.min(nowMs, madeMs + SEARCH_MINUTES * MINUTE_MS) };
}

function copyOf({ place: { container, position, atMs }, content }: StoredEvent): EventCopy {
  const [sequenceNumber = "", line = "0"] = position.split(":");
  const [streamName = "", shardId = ""] = container.split("/");
  return {
    streamName,
    shardId,
    sequenceNumber,
    index: Number(line),
    arrivedAt: new Date(atMs).toISOString(),
    text: content.text,
  };
}

const rowOf = ({ place, facts }: StoredEvent): LandedRow => ({
  source: facts.source ?? "",
  object: place.container,
  line: Number(place.position),
  loadedAt: undefined,
  isShown: undefined,
});
