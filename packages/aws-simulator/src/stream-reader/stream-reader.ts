import type { Clock } from "../clock.ts";
import type { Shard } from "../kinesis/api.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { type ShardPosition, ShardReader, type ShardSink } from "./shard-reader.ts";
import type { StartingPosition, StreamSource } from "./stream-source.ts";

/** A consumer of one shard. */
export interface ShardConsumer extends Omit<ShardSink, "end"> {
  /** The shard is closed and wholly read. Call `ShardControls.complete` once nothing of it is left to do. */
  end(): void;
}

export interface ShardControls {
  readonly shardId: string;
  /** Where the reading begins, when an earlier process has come that far. */
  readonly checkpoint: Checkpoint | undefined;
  /** There is room again after `capacity` was 0. */
  wake(): void;
  /** Every record of the ended shard is dealt with: its children may begin. */
  complete(): void;
}

export interface StreamReaderOptions {
  readonly source: StreamSource;
  readonly clock: Clock;
  readonly streamArn: string;
  readonly startingPosition: StartingPosition;
  /** Epoch milliseconds; only with `AT_TIMESTAMP`. */
  readonly startingPositionTimestampMs?: number;
  readonly pollIntervalMs: number;
  readonly catchUpIntervalMs: number;
  /** Position at which an earlier process stopped. The starting position is for shards without one. */
  readonly checkpoints?: Checkpoints | undefined;
  readonly createConsumer: (controls: ShardControls) => ShardConsumer;
  readonly onError: (error: unknown) => void;
}

/** How one shard stands. */
export interface ShardProgress {
  readonly shardId: string;
  /** `waiting` for its parents, `reading`, `ended` (read, not yet dealt with), `complete`. */
  readonly state: "waiting" | "reading" | "ended" | "complete";
  readonly millisBehindLatest: number;
}

interface ShardState {
  readonly shard: Shard;
  reader?: ShardReader;
  isComplete: boolean;
}

/**
 * Reads a whole stream: finds its shards, begins with each only when its parents are dealt with (so that the records of
 * a key keep their order over a split or a merge), and finds the children of those that end.
 */
export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #shards = new Map<string, ShardState>();
  #startedAtMs: number | undefined;
  #isRunning = false;
  #refreshing: Promise<void> | undefined;
  #needsRefresh = false;
  #retryTimer: unknown;

  constructor(options: StreamReaderOptions) {
    this.#options = options;
  }

  /** Resolves when the shards that can be read now have been opened: LATEST means that moment, or earlier. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (const { reader } of this.#shards.values()) reader?.start();
    await this.#refresh();
  }

  /** Polls no more until `start`, which goes on where it was. */
  stop(): void {
    this.#isRunning = false;
    this.#options.clock.clearTimeout(this.#retryTimer);
    for (const { reader } of this.#shards.values()) reader?.stop();
  }

  /** Resolves when every record that was in the stream at the time of the call has been accepted. */
  async caughtUp(): Promise<void> {
    while (this.#isRunning) {
      const known = this.#shards.size;
      const pending = [...this.#shards.values()].filter((state) => !state.isComplete);
      const haveAllBegun = pending.every((state) => state.reader !== undefined);
      await Promise.all(pending.map((state) => this.#caughtUp(state)));
      await this.#refresh();
      // Children that appeared or began meanwhile may hold records that were there before the call.
      if (haveAllBegun && this.#shards.size === known) return;
    }
  }

  progress(): ShardProgress[] {
    return [...this.#shards.values()].map(({ shard, reader, isComplete }) => ({
      shardId: shard.ShardId,
      state: isComplete ? "complete" : reader === undefined ? "waiting" : reader.isEnded ? "ended" : "reading",
      millisBehindLatest: reader?.millisBehindLatest ?? 0,
    }));
  }

  async #caughtUp(state: ShardState): Promise<void> {
    if (state.reader !== undefined) {
      await state.reader.caughtUp();
      return;
    }
    // Not begun: that happens when its parents are complete. Look again after a poll.
    await new Promise<void>((resolve) => {
      this.#options.clock.setTimeout(resolve, this.#options.catchUpIntervalMs);
    });
  }

  /**
   * Lists the shards once more and begins with those whose turn has come. A call that meets another makes it look
   * again.
   */
  async #refresh(): Promise<void> {
    this.#needsRefresh = true;
    this.#refreshing ??= this.#refreshUntilDone().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #refreshUntilDone(): Promise<void> {
    while (this.#needsRefresh) {
      this.#needsRefresh = false;
      await this.#listAndBegin();
    }
  }

  async #listAndBegin(): Promise<void> {
    try {
      for (const shard of await this.#listShards()) {
        if (!this.#shards.has(shard.ShardId))
          this.#shards.set(shard.ShardId, { shard, isComplete: this.#isSkipped(shard) });
      }
    } catch (error) {
      this.#options.onError(error);
      this.#retryLater();
      return;
    }
    const isFirst = this.#startedAtMs === undefined;
    this.#startedAtMs ??= this.#options.clock.now();
    await this.#begin(isFirst);
  }

  async #begin(isFirst: boolean): Promise<void> {
    const begun: ShardReader[] = [];
    for (const state of this.#shards.values()) {
      if (state.reader !== undefined || state.isComplete || !this.#areParentsComplete(state.shard)) continue;
      state.reader = this.#createReader(state, isFirst);
      begun.push(state.reader);
    }
    await Promise.all(begun.map((reader) => reader.open()));
    if (!this.#isRunning) return;
    for (const reader of begun) reader.start();
  }

  #createReader(state: ShardState, isFirst: boolean): ShardReader {
    const { source, clock, streamArn, pollIntervalMs, catchUpIntervalMs, createConsumer, onError } = this.#options;
    const { ShardId: shardId } = state.shard;
    const checkpoint = this.#options.checkpoints?.load(shardId);
    const consumer = createConsumer({
      shardId,
      checkpoint,
      wake: () => {
        state.reader?.wake();
      },
      complete: () => {
        if (state.isComplete) return;
        state.isComplete = true;
        void this.#refresh();
      },
    });
    return new ShardReader({
      source,
      clock,
      streamArn,
      shardId,
      position:
        checkpoint === undefined ? this.#positionOf(isFirst) : { type: "AFTER", sequenceNumber: checkpoint.after },
      pollIntervalMs,
      catchUpIntervalMs,
      sink: consumer,
      onError,
    });
  }

  /**
   * LATEST is for the shards of the beginning; a child found later is read from its first record, or that would be
   * lost.
   */
  #positionOf(isFirst: boolean): ShardPosition {
    const { startingPosition, startingPositionTimestampMs } = this.#options;
    switch (startingPosition) {
      case "TRIM_HORIZON":
        return { type: "TRIM_HORIZON" };
      case "LATEST":
        return isFirst ? { type: "LATEST" } : { type: "TRIM_HORIZON" };
      case "AT_TIMESTAMP":
        return { type: "AT_TIMESTAMP", timestampMs: startingPositionTimestampMs ?? 0 };
    }
  }

  /** A reader from LATEST has nothing to do in a shard that was closed before it came. */
  #isSkipped(shard: Shard): boolean {
    const isClosed = shard.SequenceNumberRange.EndingSequenceNumber !== undefined;
    const isLatest = this.#options.startingPosition === "LATEST" && this.#startedAtMs === undefined;
    return isLatest && isClosed && this.#options.checkpoints?.load(shard.ShardId) === undefined;
  }

  /** A parent the listing no longer shows has aged out, and with it every record it held. */
  #areParentsComplete(shard: Shard): boolean {
    return [shard.ParentShardId, shard.AdjacentParentShardId].every((parent) => {
      if (parent === undefined) return true;
      const state = this.#shards.get(parent);
      return state === undefined || state.isComplete;
    });
  }

  async #listShards(): Promise<Shard[]> {
    const { source, streamArn } = this.#options;
    const shards: Shard[] = [];
    let nextToken: string | undefined;
    do {
      const output = await source.listShards(
        nextToken === undefined ? { StreamARN: streamArn } : { NextToken: nextToken },
      );
      shards.push(...output.Shards);
      nextToken = output.NextToken;
    } while (nextToken !== undefined);
    return shards;
  }

  #retryLater(): void {
    if (!this.#isRunning) return;
    const { clock, pollIntervalMs } = this.#options;
    clock.clearTimeout(this.#retryTimer);
    this.#retryTimer = clock.setTimeout(() => void this.#refresh(), pollIntervalMs);
  }
}
