import type { GetRecordsOutput, KinesisClient, Shard, ShardIteratorType } from "@aws-sdk/client-kinesis";
import { PlaceUnreadableError } from "../errors.ts";
import {
  FIRST_RECORDS_PER_LOOK,
  LOOK_EVERY_MS,
  MAX_RECORDS_PER_LOOK,
  MAX_THROTTLED_LOOKS,
  READ_BYTES_PER_LOOK,
  RECORDS_PER_SLOW_LOOK,
} from "../limits.ts";
import type { Store, StoredPart } from "../store.ts";
import type { EventForm, StoredEvent, StoreName, TimeRange } from "../stored-event.ts";
import { linesOfRecord } from "./record-lines.ts";

export interface StreamStoreOptions {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly stream: string;
  readonly name: Extract<StoreName, "raw" | "enriched" | "destination">;
  /**
   * Where a shard's reading ends: at the first record of a later time than the range, waiting for it if need be, or
   * already at the youngest record that there is. Default `range`.
   */
  readonly endsAt?: "range" | "tip" | undefined;
  /** Time, so that tests need none. */
  readonly clock?: { now(): number; wait(ms: number): Promise<void> } | undefined;
}

const systemClock = {
  now: () => Date.now(),
  wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/**
 * Events of a stream by their arrival, shard by shard. A shard gives 2 MiB and five reads a second to all its readers:
 * this one takes half of the bytes and one read, so that the pipeline's own readers keep up.
 */
export function streamStore(options: StreamStoreOptions): Store {
  const { kinesis, stream, name } = options;
  const part = (id: string, range: TimeRange): StoredPart => ({
    id,
    bytes: undefined,
    read: (after) => readShard(options, id, range, after),
  });
  return {
    name,
    isSideBySide: true,
    async *parts(range) {
      for (const { ShardId } of await listShards(kinesis, stream)) {
        if (ShardId !== undefined) yield part(ShardId, range);
      }
    },
    part,
  };
}

async function listShards(kinesis: Pick<KinesisClient, "send">, stream: string): Promise<readonly Shard[]> {
  const { ListShardsCommand } = await import("@aws-sdk/client-kinesis");
  const shards: Shard[] = [];
  try {
    for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
      const page = await kinesis.send(
        new ListShardsCommand(next === undefined ? { StreamName: stream } : { NextToken: next }),
      );
      shards.push(...(page.Shards ?? []));
      next = page.NextToken;
    }
  } catch (error) {
    throw PlaceUnreadableError.from(`The stream ${stream}`, error);
  }
  return shards;
}

async function* readShard(
  options: StreamStoreOptions,
  shard: string,
  range: TimeRange,
  after: string | undefined,
): AsyncGenerator<readonly StoredEvent[]> {
  const { stream, name, endsAt = "range", clock = systemClock } = options;
  const form: EventForm = name === "raw" ? "raw" : "enriched";
  const [afterSequence, afterLine] = after?.split(":") ?? [];
  let limit = FIRST_RECORDS_PER_LOOK;
  const reader = new ShardReader(options, shard, range, afterSequence);
  for (;;) {
    const startedMs = clock.now();
    const { Records = [], NextShardIterator, MillisBehindLatest = 0 } = await reader.look(limit);
    const events: StoredEvent[] = [];
    let bytes = 0;
    for (const { Data = new Uint8Array(), SequenceNumber = "", ApproximateArrivalTimestamp } of Records) {
      bytes += Data.length;
      const atMs = ApproximateArrivalTimestamp?.getTime() ?? 0;
      if (atMs < range.fromMs || atMs >= range.toMs) continue;
      const record = { store: name, container: `${stream}/${shard}`, position: SequenceNumber, atMs };
      for (const event of linesOfRecord(Data, form, record)) {
        const line = Number(event.place.position.split(":")[1]);
        if (SequenceNumber !== afterSequence || line > Number(afterLine)) events.push(event);
      }
    }
    const givenMs = clock.now();
    if (events.length > 0) yield events;
    const isSlow = clock.now() - givenMs > LOOK_EVERY_MS;
    const last = Records.at(-1)?.ApproximateArrivalTimestamp?.getTime() ?? 0;
    // A range that is over, or a shard that has no more: what comes later is not asked for.
    if (NextShardIterator === undefined || last >= range.toMs) return;
    // A full answer may leave records of the same millisecond behind.
    const isAtTip = MillisBehindLatest === 0 && Records.length < limit;
    if (isAtTip && (endsAt === "tip" || clock.now() >= range.toMs)) return;
    const most = isSlow ? RECORDS_PER_SLOW_LOOK : MAX_RECORDS_PER_LOOK;
    if (Records.length > 0) limit = Math.min(most, recordsFor(READ_BYTES_PER_LOOK, bytes / Records.length));
    await clock.wait(Math.max(0, startedMs + LOOK_EVERY_MS - clock.now()));
  }
}

const recordsFor = (bytes: number, perRecord: number): number =>
  Math.max(1, Math.min(MAX_RECORDS_PER_LOOK, Math.floor(bytes / Math.max(1, perRecord))));

/** Where a shard is read on from, through expired iterators and throttling. */
class ShardReader {
  readonly #options: StreamStoreOptions;
  readonly #shard: string;
  readonly #range: TimeRange;
  #iterator: string | undefined;
  /** The record to begin at, again: lines of it may be wanted. */
  #at: string | undefined;
  #after: string | undefined;

  constructor(options: StreamStoreOptions, shard: string, range: TimeRange, at: string | undefined) {
    this.#options = options;
    this.#shard = shard;
    this.#range = range;
    this.#at = at;
  }

  async look(limit: number): Promise<GetRecordsOutput> {
    const { kinesis, stream, clock = systemClock } = this.#options;
    const { GetRecordsCommand } = await import("@aws-sdk/client-kinesis");
    for (let throttled = 0; ; ) {
      try {
        this.#iterator ??= await this.#begin();
        const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator: this.#iterator, Limit: limit }));
        this.#iterator = answer.NextShardIterator;
        this.#after = answer.Records?.at(-1)?.SequenceNumber ?? this.#after;
        return answer;
      } catch (error) {
        const { name = "" } = error as { name?: string };
        if (name === "ExpiredIteratorException") this.#iterator = undefined;
        else if (!isPassing(name) || (throttled += 1) > MAX_THROTTLED_LOOKS) {
          throw PlaceUnreadableError.from(`${this.#shard} of the stream ${stream}`, error);
        } else await clock.wait(LOOK_EVERY_MS);
      }
    }
  }

  async #begin(): Promise<string> {
    const { kinesis, stream: StreamName, clock = systemClock } = this.#options;
    const { GetShardIteratorCommand } = await import("@aws-sdk/client-kinesis");
    const send = async (ShardIteratorType: ShardIteratorType, StartingSequenceNumber?: string) => {
      const position = StartingSequenceNumber === undefined ? {} : { StartingSequenceNumber };
      const Timestamp = ShardIteratorType === "AT_TIMESTAMP" ? new Date(this.#range.fromMs) : undefined;
      const input = { StreamName, ShardId: this.#shard, ShardIteratorType, ...position, Timestamp };
      return (await kinesis.send(new GetShardIteratorCommand(input))).ShardIterator;
    };
    const iterator = await (this.#after !== undefined
      ? send("AFTER_SEQUENCE_NUMBER", this.#after)
      : this.#at !== undefined
        ? send("AT_SEQUENCE_NUMBER", this.#at)
        : send(this.#range.fromMs > clock.now() ? "LATEST" : "AT_TIMESTAMP"));
    if (iterator === undefined) throw new Error(`Kinesis gave no iterator for ${this.#shard}.`);
    return iterator;
  }
}

const isPassing = (name: string): boolean =>
  /Throughput|Throttl|LimitExceeded|InternalFailure|ServiceUnavailable|Timeout|ECONN/.test(name);
