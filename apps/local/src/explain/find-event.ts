import type { Kinesis, ObjectStore, StoredRecord } from "@millrace/aws-simulator";
import type { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import {
  type EventCopy,
  type EventTraces,
  type LandedRow,
  readRevision,
  type Refusal,
  type SearchRange,
  timeOfId,
} from "@millrace/pipeline-source";
import type { LocalTopology, Topology } from "@millrace/topology";
import { digestOfId } from "@millrace/telemetry/id-digest";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DestinationServices } from "../runtime/destination-services.ts";
import type { StateFolders } from "../runtime/folders.ts";
import { linesOf } from "../runtime/lines-of.ts";
import { undeliveredLines } from "../report/observe-undelivered.ts";
import { findWarehousePlaces } from "../report/observe-warehouse.ts";
import { findPacked } from "./find-packed.ts";

export interface FindEventDeps {
  readonly kinesis: Kinesis;
  readonly objectStore: ObjectStore;
  readonly warehouse: DuckDbWarehouse;
  readonly topology: Topology & Pick<LocalTopology, "service">;
  readonly folders: Pick<StateFolders, "logs">;
  readonly services: Pick<DestinationServices, "names" | "messagesAfter">;
}

/** A sender's clock may be ahead of ours by so much. */
const WRONG_CLOCK_MS = 600_000;

/** Looks an id up in every place where an event can be. Streams are read from memory or disk and lose no capacity. */
export async function findEvent(deps: FindEventDeps, id: string): Promise<EventTraces> {
  const searchedRows = findRows(deps, id);
  const unreadable: string[] = [];
  const [{ gaps: unsearched, ...streams }, refused, undelivered, rows] = await Promise.all([
    findInStreams(deps, id, searchedRows),
    findRefusals(deps, id),
    findUndelivered(deps, id, unreadable),
    searchedRows,
  ]);
  const gaps = [...unsearched, ...unreadable.map((object) => `${object} is no whole gzip.`)];
  const searched = { ...rangeOf(deps, id), gaps, isWarehouseAsked: true };
  return { ...streams, refused, undelivered, rows, searched: gaps.length === 0 ? undefined : searched };
}

/** No copy comes before its id was made, but for a clock that is wrong. */
function rangeOf({ kinesis }: FindEventDeps, id: string): SearchRange {
  return { fromMs: Math.max(0, (timeOfId(id) ?? 0) - WRONG_CLOCK_MS), toMs: kinesis.clock.now() };
}

interface StreamTraces extends Pick<EventTraces, "raw" | "enriched" | "badRows" | "delivered"> {
  readonly gaps: readonly string[];
}

async function findInStreams(
  deps: FindEventDeps,
  id: string,
  searchedRows: Promise<readonly LandedRow[]>,
): Promise<StreamTraces> {
  const { raw: rawStream, enriched: enrichedStream, badRows: badRowStream } = deps.topology.pipelineStreams;
  const written = JSON.stringify(id).slice(1, -1);
  const isEnriched = (text: string): boolean =>
    idOf(text, ({ event }) => (event as Members | undefined)?.["id"]) === id;
  const accepts = (stream: string, text: string): boolean => {
    if (stream === rawStream) return idOf(text, (value) => value["id"]) === id || !isObject(text);
    return stream !== badRowStream && isEnriched(text);
  };
  const { fromMs: madeMs } = rangeOf(deps, id);
  let found = await findLines(deps, written, accepts, { sinceMs: madeMs });
  if (found.length === 0) found = await findLines(deps, written, accepts, { beforeMs: madeMs });
  const of = (stream: string): EventCopy[] => found.filter(({ streamName }) => streamName === stream);
  const raw = of(rawStream);
  // All that the account has: a stream that was made by hand may be a destination's.
  const delivered = found.filter(({ streamName }) => streamName !== rawStream && streamName !== enrichedStream);
  for (const name of deps.services.names()) {
    delivered.push(...findMessages(deps, name, written).filter(({ text }) => isEnriched(text)));
  }
  const badRows = findBadRows(deps, raw);
  const enriched = of(enrichedStream);
  // Where it became a bad row alone, records would be unpacked for nothing.
  if (enriched.length > 0 || (raw.length > 0 && badRows.length >= raw.length))
    return { raw, enriched, badRows, delivered, gaps: [] };
  const packed = await findPacked({
    ...{ kinesis: deps.kinesis, streamName: enrichedStream, needle: written, accepts: isEnriched },
    rawTimes: raw.map(({ arrivedAt }) => Date.parse(arrivedAt)),
    loadTimes: (await searchedRows).flatMap(({ loadedAt }) => (loadedAt === undefined ? [] : Date.parse(loadedAt))),
    lastLoadMs: (await deps.warehouse.lastLoadMs(findWarehousePlaces(deps.topology).table)) ?? 0,
  });
  return { raw, enriched: packed.found, badRows, delivered, gaps: packed.gaps };
}

type Members = Readonly<Record<string, unknown>>;

/** Reads the log of the event service, and the one before it. */
async function findRefusals({ folders, topology }: FindEventDeps, id: string): Promise<Refusal[]> {
  const path = join(folders.logs, `${topology.service.name}.log`);
  const needle = `"idDigest":"${digestOfId(id)}"`;
  const found: Refusal[] = [];
  for (const file of [`${path}.1`, path]) {
    const text = await readFile(file, "utf8").catch(() => "");
    for (const line of text.split("\n").filter((candidate) => candidate.includes(needle))) {
      const { time, code, attribute, keyName } = (parse(line) ?? {}) as { readonly time?: number } & Omit<
        Refusal,
        "at"
      >;
      if (time !== undefined) found.push({ at: new Date(time).toISOString(), code, attribute, keyName });
    }
  }
  return found;
}

/** Lines of all streams that contain the text, oldest first. */
async function findLines(
  { kinesis }: FindEventDeps,
  needle: string,
  accepts: (stream: string, text: string) => boolean,
  time: NonNullable<Parameters<Kinesis["search"]>[1]>,
): Promise<EventCopy[]> {
  const found: EventCopy[] = [];
  for await (const { streamName, shardId, record } of kinesis.search([Buffer.from(needle)], time)) {
    for (const line of linesOf(streamName, shardId, record)) {
      if (line.text.includes(needle) && accepts(streamName, line.text)) found.push(line);
    }
  }
  return found;
}

const bytesOf = ({ Data }: StoredRecord): Buffer => Buffer.from(Data.buffer, Data.byteOffset, Data.byteLength);

/** Bad rows that were made of one of the copies, oldest first: each comes after its copy. */
function findBadRows({ kinesis, topology }: FindEventDeps, copies: readonly EventCopy[]): EventCopy[] {
  const streamName = topology.pipelineStreams.badRows;
  const numbers = copies.map(({ sequenceNumber }) => Buffer.from(sequenceNumber));
  const sinceMs = Math.min(...copies.map(({ arrivedAt }) => Date.parse(arrivedAt)));
  const found: EventCopy[] = [];
  for (const shard of numbers.length === 0 ? [] : kinesis.shardViews(streamName)) {
    for (const record of shard.newestFirst()) {
      if (record.arrivalMs < sinceMs) break;
      if (!numbers.some((number) => bytesOf(record).includes(number))) continue;
      found.push(
        ...linesOf(streamName, shard.id, record).filter(({ text }) => copies.some((copy) => isMadeOf(text, copy))),
      );
    }
  }
  return found.reverse();
}

function findMessages({ services }: FindEventDeps, streamName: string, needle: string): EventCopy[] {
  return services
    .messagesAfter(streamName, 0)
    .filter(({ text }) => text.includes(needle))
    .map(({ number, text, arrivalMs }) => {
      // A bus has the event as the detail of its own.
      const detail = parse(text)?.["detail"];
      return {
        streamName,
        shardId: "-",
        sequenceNumber: String(number),
        index: 0,
        arrivedAt: new Date(arrivalMs).toISOString(),
        text: detail === undefined ? text : JSON.stringify(detail),
      };
    });
}

function parse(text: string): Members | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (text: string): boolean => parse(text) !== undefined;

function idOf(text: string, read: (value: Members) => unknown): unknown {
  const value = parse(text);
  return value === undefined ? undefined : read(value);
}

function isMadeOf(text: string, { sequenceNumber, shardId, index }: EventCopy): boolean {
  const origin = parse(text)?.["origin"] as
    | { sequenceNumber?: string; shardId?: string; index?: number; lines?: number }
    | undefined;
  // A record that was set aside is one bad row for all its lines.
  const isWhole = origin?.lines !== undefined;
  return origin?.sequenceNumber === sequenceNumber && origin.shardId === shardId && (isWhole || origin.index === index);
}

async function findUndelivered(
  { objectStore, topology }: FindEventDeps,
  id: string,
  unreadable: string[],
): Promise<EventTraces["undelivered"]> {
  const found: { object: string; text: string }[] = [];
  for await (const { bucket, key, text } of undeliveredLines(objectStore, topology, unreadable)) {
    const enriched = text.includes(id) ? (parse(text)?.["enriched"] as { event?: Members } | undefined) : undefined;
    if (enriched?.event?.["id"] === id) found.push({ object: `s3://${bucket}/${key}`, text });
  }
  return found;
}

/** A row of the landing table. */
interface StoredRow {
  readonly source: string;
  readonly object: string;
  readonly line: number;
  readonly loaded_ms: number;
  readonly record: string;
}

/** Reads the loads alone that brought the id. */
async function findRows({ warehouse, topology }: FindEventDeps, id: string): Promise<LandedRow[]> {
  const { table } = findWarehousePlaces(topology);
  const loads = await warehouse.loadsWith(table, id);
  if (loads.length === 0) return [];
  const times = loads.map((microseconds) => `make_timestamp(${microseconds})::TIMESTAMPTZ`);
  const rows = (await warehouse.query(
    `SELECT GET_PATH(record, 'event.source')::STRING AS source, file_name AS object, file_row_number::INTEGER AS line,
       epoch_ms(loaded_at)::DOUBLE AS loaded_ms, record::VARCHAR AS record
     FROM "${table}"
     WHERE loaded_at IN (${times.join()}) AND CONTAINS(record::VARCHAR, $1) AND GET_PATH(record, 'event.id')::STRING = $2
     ORDER BY loaded_at, file_name, file_row_number`,
    [JSON.stringify(id).slice(1, -1), id],
  )) as unknown as readonly StoredRow[];
  const shown = new Map<string, StoredRow>();
  for (const row of rows) {
    const best = shown.get(row.source);
    // As the view has it: among equals the first one that landed.
    if (best === undefined || readRevision(row.record) > readRevision(best.record)) shown.set(row.source, row);
  }
  return rows.map((row) => {
    const { source, object, line, loaded_ms: loadedMs } = row;
    return { source, object, line, loadedAt: new Date(loadedMs).toISOString(), isShown: shown.get(source) === row };
  });
}
