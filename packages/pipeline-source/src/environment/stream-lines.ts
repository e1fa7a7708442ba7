import type { KinesisClient, Shard, _Record } from "@aws-sdk/client-kinesis";
import { linesOfData } from "@millrace/packed-records";
import { PlaceUnreadableError } from "@millrace/stored-events";
import type { LinePage, LineRequest } from "../lines.ts";
import type { EventCopy, RecordPlace } from "../traces.ts";
import {
  COPIES_WITHIN_MS,
  FIRST_FOUND_RECORDS,
  FIRST_STRETCH_MS,
  FOLLOW_EVERY_MS,
  LONGEST_STRETCH_MS,
  LOOK_EVERY_MS,
  MAX_THROTTLED_LOOKS,
  PAGE_BUDGET_MS,
  STRETCH_BYTES,
} from "./limits.ts";

/** Time, so that tests need none. */
export interface EnvironmentClock {
  now(): number;
  wait(ms: number): Promise<void>;
}

export const systemClock: EnvironmentClock = {
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

type Kinesis = Pick<KinesisClient, "send">;

/** Where a reader of a shard goes on: behind a record, at one, or with what arrives from a time on. */
type ShardPlace = { readonly after: string } | { readonly at: string } | { readonly fromMs: number };

/** Before a time, epoch milliseconds; the next stretch is to be so long. */
interface BackCursor {
  readonly untilMs: number;
  readonly stretchMs: number;
}

/** By shard, a sequence number or a time; a shard that came later begins at the time of all. */
interface FollowCursor {
  readonly atMs: number;
  readonly shards: Readonly<Record<string, string>>;
}

interface Stretch {
  readonly lines: EventCopy[];
  readonly records: number;
  readonly bytes: number;
  /** By shard, the last record. */
  readonly last: Readonly<Record<string, string>>;
}

/**
 * Lines of Kinesis streams from their ends. Kinesis reads forwards only, so it is asked for stretches of time, the
 * newest first, each as long as the last one lets expect to be quick. A shard is looked at twice a second at most:
 * the pipeline's own readers share its five reads.
 */
export class StreamLines {
  readonly #kinesis: Kinesis;
  readonly #clock: EnvironmentClock;
  readonly #retentionMs: (stream: string) => number;
  /** By stream and shard, when it was looked at last. */
  readonly #looks = new Map<string, number>();
  /** By place, an iterator that goes on there. */
  readonly #iterators = new Map<string, string>();
  /** By stream, when its end was looked at last. */
  readonly #follows = new Map<string, number>();

  constructor(kinesis: Kinesis, clock: EnvironmentClock, retentionMs: (stream: string) => number) {
    this.#kinesis = kinesis;
    this.#clock = clock;
    this.#retentionMs = retentionMs;
  }

  async page(request: LineRequest, signal?: AbortSignal): Promise<LinePage> {
    if (request.after !== undefined && request.before === undefined) return this.#follow(request, signal);
    return this.#back(request, signal);
  }

  async #back(request: LineRequest, signal: AbortSignal | undefined): Promise<LinePage> {
    const { stream, limit } = request;
    const nowMs = this.#clock.now();
    const cursor = request.before === undefined ? undefined : parseBack(request.before);
    let untilMs = Math.min(cursor?.untilMs ?? nowMs + 1, request.beforeMs ?? Number.POSITIVE_INFINITY);
    const after = request.after === undefined ? undefined : parseFollow(request.after);
    const oldestMs = Math.max(nowMs - this.#retentionMs(stream), after?.atMs ?? 0);
    const shards = await this.#shards(stream, signal);
    const lines: EventCopy[] = [];
    const last: Record<string, string> = {};
    let looked = 0;
    let stretchMs = cursor?.stretchMs ?? FIRST_STRETCH_MS;
    do {
      const fromMs = Math.max(oldestMs, untilMs - stretchMs);
      const found = await this.#stretch(stream, shards, { fromMs, untilMs }, signal);
      for (const [shard, sequenceNumber] of Object.entries(found.last)) last[shard] ??= sequenceNumber;
      looked += found.records;
      lines.push(...newestFirst(found.lines).filter(({ text }) => containsAll(text, request.contains)));
      untilMs = fromMs;
      const expected = (STRETCH_BYTES * shards.length * stretchMs) / Math.max(1, found.bytes);
      stretchMs = Math.min(LONGEST_STRETCH_MS, stretchMs * 4, Math.max(100, expected));
    } while (lines.length < limit && untilMs > oldestMs && this.#clock.now() - nowMs < PAGE_BUDGET_MS);
    // Whole milliseconds: the next page begins before the oldest line of this one.
    const cut = lines[limit - 1]?.arrivedAt;
    const given = cut === undefined ? lines : lines.filter(({ arrivedAt }) => arrivedAt >= cut);
    const isCut = given.length < lines.length;
    const next: BackCursor = { untilMs: isCut && cut !== undefined ? Date.parse(cut) : untilMs, stretchMs };
    const mark: FollowCursor = after ?? { atMs: nowMs + 1, shards: last };
    return {
      lines: given,
      before: format(next),
      after: format(mark),
      looked,
      skipped: 0,
      isEnd: !isCut && untilMs <= oldestMs,
    };
  }

  /**
   * Returns the lines since the cursor. It reads every second at most; between reads it returns none and keeps the
   * cursor.
   */
  async #follow(
    { stream, limit, after = "", contains }: LineRequest,
    signal: AbortSignal | undefined,
  ): Promise<LinePage> {
    const cursor = parseFollow(after);
    const nothing = {
      lines: [],
      before: format({ untilMs: cursor.atMs, stretchMs: FIRST_STRETCH_MS }),
      looked: 0,
      skipped: 0,
      isEnd: true,
    };
    const nowMs = this.#clock.now();
    if (nowMs - (this.#follows.get(stream) ?? 0) < FOLLOW_EVERY_MS) return { ...nothing, after };
    this.#follows.set(stream, nowMs);
    const places: Record<string, string> = { ...cursor.shards };
    const lines: EventCopy[] = [];
    let looked = 0;
    await Promise.all(
      (await this.#shards(stream, signal)).map(async (shard) => {
        const known = cursor.shards[shard];
        const place: ShardPlace = known === undefined ? { fromMs: cursor.atMs } : { after: known };
        const { records } = await this.#look(stream, shard, place, signal);
        looked += records.length;
        lines.push(...records.flatMap((record) => linesOf(stream, shard, record)));
        const last = records.at(-1)?.SequenceNumber;
        if (last !== undefined) places[shard] = last;
      }),
    );
    const found = newestFirst(lines).filter(({ text }) => containsAll(text, contains));
    const given = found.slice(0, limit);
    return {
      ...nothing,
      lines: given,
      after: format({ ...cursor, shards: places } satisfies FollowCursor),
      looked,
      skipped: found.length - given.length,
    };
  }

  /**
   * Lines of a stretch of time that contain a text, from its beginning on: until a moment after the first of them, for
   * its copies, the end of the stretch, or the deadline.
   */
  async find(
    stream: string,
    { fromMs, toMs, deadlineMs }: { readonly fromMs: number; readonly toMs: number; readonly deadlineMs: number },
    text: string,
    signal?: AbortSignal,
  ): Promise<{ readonly lines: readonly EventCopy[]; readonly isCut: boolean }> {
    const wanted = Buffer.from(text);
    const lines: EventCopy[] = [];
    let endMs = toMs;
    let isCut = false;
    await Promise.all(
      (await this.#shards(stream, signal)).map(async (shard) => {
        let place: ShardPlace | undefined = { fromMs };
        // A stretch of seconds has few records, and a whole answer has ten megabytes.
        for (let limit: number | undefined = FIRST_FOUND_RECORDS; place !== undefined && !isCut; limit = undefined) {
          const { records, behindMs, isClosed } = await this.#look(stream, shard, place, signal, limit);
          for (const record of records) {
            const atMs = record.ApproximateArrivalTimestamp?.getTime() ?? 0;
            if (atMs >= endMs) break;
            const data = dataOf(record);
            if (!data.includes(wanted)) continue;
            lines.push(...linesIn(data, stream, shard, record).filter((line) => line.text.includes(text)));
            endMs = Math.min(endMs, atMs + COPIES_WITHIN_MS);
          }
          const last: _Record | undefined = records.at(-1);
          const isPast = (last?.ApproximateArrivalTimestamp?.getTime() ?? 0) >= endMs;
          if (isClosed || isPast || behindMs === 0 || this.#clock.now() - behindMs >= endMs) place = undefined;
          else if (last?.SequenceNumber !== undefined) place = { after: last.SequenceNumber };
          isCut ||= place !== undefined && this.#clock.now() >= deadlineMs;
        }
      }),
    );
    return { lines, isCut };
  }

  async #stretch(
    stream: string,
    shards: readonly string[],
    { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
    signal: AbortSignal | undefined,
  ): Promise<Stretch> {
    const lines: EventCopy[] = [];
    const last: Record<string, string> = {};
    let [count, bytes] = [0, 0];
    await Promise.all(
      shards.map(async (shard) => {
        let place: ShardPlace | undefined = { fromMs };
        while (place !== undefined) {
          const { records, behindMs, isClosed } = await this.#look(stream, shard, place, signal);
          for (const record of records) {
            if ((record.ApproximateArrivalTimestamp?.getTime() ?? 0) >= untilMs) continue;
            count += 1;
            bytes += record.Data?.length ?? 0;
            last[shard] = record.SequenceNumber ?? "";
            lines.push(...linesOf(stream, shard, record));
          }
          const end = records.at(-1);
          const isPast = (end?.ApproximateArrivalTimestamp?.getTime() ?? 0) >= untilMs;
          // Looks at nothing move on by themselves; the iterator of the last one is kept.
          const isOver = isClosed || isPast || behindMs === 0 || this.#clock.now() - behindMs >= untilMs;
          if (isOver) place = undefined;
          else if (end?.SequenceNumber !== undefined) place = { after: end.SequenceNumber };
        }
      }),
    );
    return { lines, records: count, bytes, last };
  }

  /** Returns the lines of one record; none when it has left its shard. */
  async record({ streamName, shardId, sequenceNumber }: RecordPlace, signal?: AbortSignal): Promise<EventCopy[]> {
    const { records } = await this.#look(streamName, shardId, { at: sequenceNumber }, signal);
    return records
      .filter((record) => record.SequenceNumber === sequenceNumber)
      .flatMap((record) => linesOf(streamName, shardId, record));
  }

  /** The records behind a place, as many as one answer has. */
  async #look(
    stream: string,
    shard: string,
    place: ShardPlace,
    signal: AbortSignal | undefined,
    limit?: number,
  ): Promise<{ readonly records: readonly _Record[]; readonly behindMs: number; readonly isClosed: boolean }> {
    const { GetRecordsCommand } = await import("@aws-sdk/client-kinesis");
    const key = `${stream}/${shard}/${JSON.stringify(place)}`;
    const options = signal === undefined ? {} : { abortSignal: signal };
    for (let throttled = 0; ; ) {
      await this.#takeTurn(`${stream}/${shard}`);
      try {
        const ShardIterator = this.#iterators.get(key) ?? (await this.#iterator(stream, shard, place, signal));
        this.#iterators.delete(key);
        const answer = await this.#kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: limit }), options);
        const { Records = [], NextShardIterator, MillisBehindLatest = 0 } = answer;
        const last = Records.at(-1)?.SequenceNumber;
        const next: ShardPlace = last === undefined ? place : { after: last };
        if (NextShardIterator !== undefined) {
          this.#iterators.set(`${stream}/${shard}/${JSON.stringify(next)}`, NextShardIterator);
        }
        if (this.#iterators.size > KEPT_ITERATORS) this.#iterators.clear();
        return { records: Records, behindMs: MillisBehindLatest, isClosed: NextShardIterator === undefined };
      } catch (error) {
        const { name = "" } = error as { readonly name?: string };
        signal?.throwIfAborted();
        if (name === "ExpiredIteratorException") continue;
        if (!name.includes("Throughput") || (throttled += 1) > MAX_THROTTLED_LOOKS) {
          throw PlaceUnreadableError.from(`${shard} of the stream ${stream}`, error);
        }
      }
    }
  }

  async #iterator(stream: string, shard: string, place: ShardPlace, signal: AbortSignal | undefined): Promise<string> {
    const { GetShardIteratorCommand } = await import("@aws-sdk/client-kinesis");
    const at =
      "after" in place
        ? ({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: place.after } as const)
        : "at" in place
          ? ({ ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: place.at } as const)
          : // A time to come is refused.
            place.fromMs >= this.#clock.now()
            ? ({ ShardIteratorType: "LATEST" } as const)
            : ({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(place.fromMs) } as const);
    const { ShardIterator } = await this.#kinesis.send(
      new GetShardIteratorCommand({ StreamName: stream, ShardId: shard, ...at }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    if (ShardIterator === undefined) throw new Error(`Kinesis gave no iterator for ${shard} of ${stream}.`);
    return ShardIterator;
  }

  async #takeTurn(shard: string): Promise<void> {
    const nowMs = this.#clock.now();
    const turnMs = Math.max(nowMs, (this.#looks.get(shard) ?? 0) + LOOK_EVERY_MS);
    this.#looks.set(shard, turnMs);
    if (turnMs > nowMs) await this.#clock.wait(turnMs - nowMs);
  }

  async #shards(stream: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const { ListShardsCommand } = await import("@aws-sdk/client-kinesis");
    const found: Shard[] = [];
    let next: string | undefined;
    try {
      do {
        const command = new ListShardsCommand(next === undefined ? { StreamName: stream } : { NextToken: next });
        const answer = await this.#kinesis.send(command, signal === undefined ? {} : { abortSignal: signal });
        found.push(...(answer.Shards ?? []));
        next = answer.NextToken;
      } while (next !== undefined);
    } catch (error) {
      signal?.throwIfAborted();
      throw PlaceUnreadableError.from(`The stream ${stream}`, error);
    }
    return found.flatMap(({ ShardId }) => ShardId ?? []);
  }
}

const KEPT_ITERATORS = 1_000;

const dataOf = ({ Data = new Uint8Array() }: _Record): Buffer => linesOfData(Data);

const linesOf = (streamName: string, shardId: string, record: _Record): readonly EventCopy[] =>
  linesIn(dataOf(record), streamName, shardId, record);

function linesIn(data: Buffer, streamName: string, shardId: string, record: _Record): readonly EventCopy[] {
  const { SequenceNumber: sequenceNumber = "", ApproximateArrivalTimestamp } = record;
  const arrivedAt = (ApproximateArrivalTimestamp ?? new Date(0)).toISOString();
  return data
    .toString("utf8")
    .split("\n")
    .flatMap((text, index) => (text === "" ? [] : [{ streamName, shardId, sequenceNumber, index, arrivedAt, text }]));
}

const newestFirst = (lines: readonly EventCopy[]): readonly EventCopy[] =>
  lines
    .toReversed()
    .sort((one, other) => (one.arrivedAt < other.arrivedAt ? 1 : one.arrivedAt > other.arrivedAt ? -1 : 0));

const containsAll = (text: string, needles: readonly string[] = []): boolean =>
  needles.every((needle) => text.includes(needle));

const format = (cursor: BackCursor | FollowCursor): string => Buffer.from(JSON.stringify(cursor)).toString("base64url");

const parseBack = (cursor: string): BackCursor => parse(cursor, "untilMs") as BackCursor;
const parseFollow = (cursor: string): FollowCursor => parse(cursor, "atMs") as FollowCursor;

function parse(cursor: string, member: string): object {
  try {
    const value = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown;
    if (typeof value === "object" && value !== null && member in value) return value;
  } catch {
    // Told below.
  }
  throw new RangeError(`The cursor "${cursor.slice(0, 60)}" is none: take it from an earlier answer as it is.`);
}
