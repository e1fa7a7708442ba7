import type { Clock } from "../clock.ts";
import type { GetRecordsOutput, GetShardIteratorInput, KinesisRecord } from "../kinesis/api.ts";
import { MAX_RECORDS_PER_READ } from "./limits.ts";
import type { StreamSource } from "./stream-source.ts";

/** Where the reading of a shard begins. */
export type ShardPosition =
  | { readonly type: "TRIM_HORIZON" }
  | { readonly type: "LATEST" }
  | { readonly type: "AFTER"; readonly sequenceNumber: string }
  | { readonly type: "AT_TIMESTAMP"; readonly timestampMs: number };

/** Receives the records of one shard. */
export interface ShardSink {
  /** How many records may come now. 0 stops the reading until `ShardReader.wake`. */
  capacity(): number;
  accept(records: readonly KinesisRecord[], millisBehindLatest: number): void;
  /** The shard is closed and every record of it was accepted. */
  end(): void;
}

export interface ShardReaderOptions {
  readonly source: StreamSource;
  readonly clock: Clock;
  readonly streamArn: string;
  readonly shardId: string;
  readonly position: ShardPosition;
  readonly pollIntervalMs: number;
  readonly catchUpIntervalMs: number;
  readonly sink: ShardSink;
  /** A read that failed (throttled, for example). It is tried again at the next poll. */
  readonly onError: (error: unknown) => void;
}

/** Polls one shard and hands its records to a sink, in order, each once. */
export class ShardReader {
  readonly #options: ShardReaderOptions;
  #iterator: string | undefined;
  #lastSequenceNumber: string | undefined;
  /** When a LATEST reader took its place: to find it again should the iterator expire before the first record. */
  #latestSinceMs: number | undefined;
  #timer: unknown;
  #isRunning = false;
  #isPolling = false;
  #isPaused = false;
  #isEnded = false;
  #millisBehindLatest = 0;
  #caughtUpWaiters: (() => void)[] = [];

  constructor(options: ShardReaderOptions) {
    this.#options = options;
  }

  get shardId(): string {
    return this.#options.shardId;
  }

  /** How far the last read was behind the tip of the shard. */
  get millisBehindLatest(): number {
    return this.#millisBehindLatest;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Takes its place in the shard, so that LATEST means the moment of this call. Failing that, the first poll tries
   * again.
   */
  async open(): Promise<void> {
    if (this.#iterator !== undefined || this.#isEnded) return;
    if (this.#options.position.type === "LATEST") this.#latestSinceMs ??= this.#options.clock.now();
    try {
      this.#iterator = await this.#requestIterator();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Begins to poll, or goes on where it stopped. */
  start(): void {
    if (this.#isRunning || this.#isEnded) return;
    this.#isRunning = true;
    this.#isPaused = false;
    this.#schedule(0);
  }

  /** Polls no more until `start`. A read under way still delivers. */
  stop(): void {
    this.#isRunning = false;
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The sink has room again. */
  wake(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#schedule(0);
  }

  /** Resolves after a read that begins after this call and finds nothing more; at once for an ended shard. */
  caughtUp(): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    return new Promise((resolve) => {
      // A read under way may have looked before the last record came: only the next one counts.
      let readsToSkip = this.#isPolling ? 1 : 0;
      const wait = () => {
        if (this.#isEnded || readsToSkip === 0) resolve();
        else {
          readsToSkip -= 1;
          this.#caughtUpWaiters.push(wait);
        }
      };
      this.#caughtUpWaiters.push(wait);
      if (this.#isRunning && !this.#isPolling && !this.#isPaused) this.#schedule(0);
    });
  }

  #schedule(delayMs: number): void {
    if (!this.#isRunning || this.#isEnded || this.#isPolling) return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      void this.#poll();
    }, delayMs);
  }

  async #poll(): Promise<void> {
    const limit = Math.min(this.#options.sink.capacity(), MAX_RECORDS_PER_READ);
    if (limit <= 0) {
      this.#isPaused = true;
      return;
    }
    this.#isPolling = true;
    let delayMs = this.#options.pollIntervalMs;
    try {
      if (await this.#read(limit)) delayMs = this.#options.catchUpIntervalMs;
    } catch (error) {
      if (isExpiredIterator(error)) {
        this.#iterator = undefined;
        delayMs = 0;
      } else {
        this.#options.onError(error);
      }
    }
    this.#isPolling = false;
    this.#schedule(delayMs);
  }

  /** @returns whether more is waiting in the shard. */
  async #read(limit: number): Promise<boolean> {
    const { source, streamArn, sink } = this.#options;
    this.#iterator ??= await this.#requestIterator();
    const output: GetRecordsOutput = await source.getRecords({
      StreamARN: streamArn,
      ShardIterator: this.#iterator,
      Limit: limit,
    });
    this.#iterator = output.NextShardIterator;
    this.#isEnded = output.NextShardIterator === undefined;
    this.#millisBehindLatest = this.#isEnded ? 0 : output.MillisBehindLatest;
    const last = output.Records.at(-1);
    if (last !== undefined) {
      this.#lastSequenceNumber = last.SequenceNumber;
      sink.accept(output.Records, output.MillisBehindLatest);
    }
    if (this.#isEnded) sink.end();
    // A full answer may leave records of the same millisecond behind, which MillisBehindLatest cannot show.
    const hasMore = !this.#isEnded && (output.MillisBehindLatest > 0 || output.Records.length >= limit);
    if (!hasMore) {
      const waiters = this.#caughtUpWaiters;
      this.#caughtUpWaiters = [];
      for (const waiter of waiters) waiter();
    }
    return hasMore;
  }

  async #requestIterator(): Promise<string> {
    const { source, streamArn, shardId } = this.#options;
    const output = await source.getShardIterator({ StreamARN: streamArn, ShardId: shardId, ...this.#place() });
    return output.ShardIterator;
  }

  #place(): Pick<GetShardIteratorInput, "ShardIteratorType" | "StartingSequenceNumber" | "Timestamp"> {
    if (this.#lastSequenceNumber !== undefined) {
      return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: this.#lastSequenceNumber };
    }
    const { position, clock } = this.#options;
    switch (position.type) {
      case "AFTER":
        return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: position.sequenceNumber };
      case "TRIM_HORIZON":
        return { ShardIteratorType: "TRIM_HORIZON" };
      case "AT_TIMESTAMP":
        return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(position.timestampMs) };
      case "LATEST":
        return this.#latestSinceMs === undefined || this.#latestSinceMs === clock.now()
          ? { ShardIteratorType: "LATEST" }
          : { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(this.#latestSinceMs) };
    }
  }
}

function isExpiredIterator(error: unknown): boolean {
  return typeof error === "object" && error !== null && "name" in error && error.name === "ExpiredIteratorException";
}
