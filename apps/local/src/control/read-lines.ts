import type { Kinesis, ShardView, StoredRecord, ViewBounds } from "@millrace/aws-simulator";
import { linesOfData } from "@millrace/packed-records";
import type { EventCopy, LinePage, LineRequest, RecordPlace } from "@millrace/pipeline-source";
import type { DestinationServices } from "../runtime/destination-services.ts";
import { linesOf } from "../runtime/lines-of.ts";

/** By shard, a sequence number. */
type Places = Readonly<Record<string, string>>;

/** Records and bytes that are looked at before a page is given as it is. */
const MAX_LOOKED = 20_000;
const MAX_PAGE_BYTES = 16 * 1024 ** 2;
/** Records that are looked at before others have their turn. */
const RECORDS_PER_TURN = 500;
const MAX_LIMIT = 5_000;

export interface ReadLinesDeps {
  readonly kinesis: Kinesis;
  readonly services: Pick<DestinationServices, "names" | "messagesAfter">;
}

/**
 * Reads a stream, queue or bus from its end: the newest lines first, only so many as were asked for. It looks beside
 * the pipeline's consumers and takes none of their capacity.
 * @throws RangeError for a name or a cursor that is none
 */
export async function readLines(deps: ReadLinesDeps, request: LineRequest): Promise<LinePage> {
  const { stream, limit } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new RangeError(`Expected \`limit\` to be a whole number from 1 to ${MAX_LIMIT}, got ${limit}.`);
  }
  if (deps.services.names().includes(stream)) return readMessages(deps, request);
  if (deps.kinesis.streamNames().includes(stream)) return readStream(deps.kinesis, request);
  const names = [...deps.kinesis.streamNames(), ...deps.services.names()];
  throw new RangeError(`There is no stream, queue or bus "${stream}". There are: ${names.join(", ")}.`);
}

async function readStream(kinesis: Kinesis, request: LineRequest): Promise<LinePage> {
  const needles = (request.contains ?? []).map((text) => Buffer.from(text));
  const before = request.before === undefined ? undefined : parseCursor(request.before);
  const after = request.after === undefined ? undefined : parseCursor(request.after);
  // A shard that came after the cursor holds only newer records.
  const shards = kinesis
    .shardViews(request.stream)
    .filter(({ id }) => before === undefined || before[id] !== undefined);
  const { beforeMs: arrivedBeforeMs } = request;
  const readers = shards.map(
    (shard) => new ShardReader(shard, { before: before?.[shard.id], arrivedBeforeMs }, after?.[shard.id]),
  );
  const newest: Record<string, string> = { ...after };
  for (const { id, head } of readers) if (head !== undefined) newest[id] = head.SequenceNumber;
  const oldest: Record<string, string> = { ...newest };
  // Where nothing was read from the end, the next page begins at the newest record again, and includes it.
  for (const id of Object.keys(oldest)) oldest[id] = next(oldest[id] ?? "0");
  Object.assign(oldest, before);
  const lines: EventCopy[] = [];
  let looked = 0;
  let bytes = 0;
  let reader = newestOf(readers);
  while (reader !== undefined && lines.length < request.limit && looked < MAX_LOOKED && bytes < MAX_PAGE_BYTES) {
    const record = reader.take();
    if (record === undefined) break;
    oldest[reader.id] = record.SequenceNumber;
    const data = linesOfData(record.Data);
    if (needles.every((needle) => data.includes(needle))) {
      const { SequenceNumber: sequenceNumber, arrivalMs } = record;
      const place = { streamName: request.stream, shardId: reader.id, sequenceNumber };
      const texts = data.toString("utf8").split("\n");
      for (const [index, text] of [...texts.entries()].reverse()) {
        if (text === "" || !needles.every((needle) => text.includes(needle.toString()))) continue;
        lines.push({ ...place, index, arrivedAt: new Date(arrivalMs).toISOString(), text });
        bytes += text.length;
      }
    }
    if ((looked += 1) % RECORDS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    reader = newestOf(readers);
  }
  const isEnd = reader === undefined;
  const fresh = after === undefined ? 0 : shards.reduce((sum, shard) => sum + shard.countAfter(after[shard.id]), 0);
  return {
    lines,
    before: formatCursor(oldest),
    after: formatCursor(newest),
    looked,
    skipped: isEnd ? 0 : Math.max(0, fresh - looked),
    isEnd,
  };
}

/** Returns the lines of one record; none when it has left the stream. */
export function readRecord(kinesis: Kinesis, { streamName, shardId, sequenceNumber }: RecordPlace): EventCopy[] {
  if (!kinesis.streamNames().includes(streamName)) throw new RangeError(`There is no stream "${streamName}".`);
  if (!/^\d{1,60}$/.test(sequenceNumber)) throw new RangeError(`"${sequenceNumber}" is no sequence number.`);
  const shard = kinesis.shardViews(streamName).find(({ id }) => id === shardId);
  for (const record of shard?.newestFirst({ before: next(sequenceNumber) }) ?? []) {
    if (record.SequenceNumber !== sequenceNumber) break;
    return linesOf(streamName, shardId, record);
  }
  return [];
}

/** A shard that is read backwards, down to a place. */
class ShardReader {
  readonly id: string;
  readonly #records: Iterator<StoredRecord>;
  readonly #after: string | undefined;
  #head: StoredRecord | undefined;

  constructor(shard: ShardView, bounds: ViewBounds, after: string | undefined) {
    this.id = shard.id;
    this.#records = shard.newestFirst(bounds)[Symbol.iterator]();
    this.#after = after;
    this.#advance();
  }

  /** The newest record that was not taken yet. */
  get head() {
    return this.#head;
  }

  take() {
    const record = this.#head;
    this.#advance();
    return record;
  }

  #advance(): void {
    const next = this.#records.next();
    const record = next.done === true ? undefined : next.value;
    const isOver = this.#after !== undefined && BigInt(record?.SequenceNumber ?? 0) <= BigInt(this.#after);
    this.#head = isOver ? undefined : record;
  }
}

function newestOf(readers: readonly ShardReader[]): ShardReader | undefined {
  let newest: ShardReader | undefined;
  for (const reader of readers) {
    if (reader.head !== undefined && reader.head.arrivalMs > (newest?.head?.arrivalMs ?? -1)) newest = reader;
  }
  return newest;
}

/** The place of a queue or bus in a cursor. */
const messagePlace = "-";

function readMessages({ services }: ReadLinesDeps, request: LineRequest): LinePage {
  const { stream, limit, contains = [] } = request;
  const placeOf = (cursor: string | undefined) =>
    cursor === undefined ? undefined : Number(parseCursor(cursor)[messagePlace] ?? 0);
  const before = placeOf(request.before) ?? Number.POSITIVE_INFINITY;
  const after = placeOf(request.after) ?? 0;
  const { beforeMs = Number.POSITIVE_INFINITY } = request;
  const all = services
    .messagesAfter(stream, after)
    .filter(({ number, arrivalMs }) => number < before && arrivalMs < beforeMs);
  const found = all.filter(({ text }) => contains.every((needle) => text.includes(needle)));
  const taken = found.slice(-limit).reverse();
  const isEnd = taken.length === found.length;
  return {
    lines: taken.map(({ number, text, arrivalMs }) => ({
      streamName: stream,
      shardId: messagePlace,
      sequenceNumber: String(number),
      index: 0,
      arrivedAt: new Date(arrivalMs).toISOString(),
      text,
    })),
    before: formatCursor({ [messagePlace]: String(taken.at(-1)?.number ?? (isEnd ? 0 : before)) }),
    after: formatCursor({ [messagePlace]: String(all.at(-1)?.number ?? after) }),
    looked: all.length,
    skipped: request.after === undefined ? 0 : found.length - taken.length,
    isEnd,
  };
}

const next = (sequenceNumber: string): string => String(BigInt(sequenceNumber) + 1n);

function formatCursor(places: Places): string {
  return Buffer.from(JSON.stringify(places)).toString("base64url");
}

function parseCursor(cursor: string): Places {
  try {
    const places = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as Record<string, unknown>;
    const isPlace = (place: unknown) => typeof place === "string" && /^\d{1,60}$/.test(place);
    if (Object.values(places).every(isPlace)) return places as Places;
  } catch {
    // Told below.
  }
  throw new RangeError(`The cursor "${cursor.slice(0, 60)}" is none: take it from an earlier answer as it is.`);
}
