import { StreamReader } from "../stream-reader/stream-reader.ts";
import { createUuid } from "../uuid.ts";
import { createFailureRecord, type Discard, failureObjectKey } from "./failure-destination.ts";
import { type EventSourceMappingOptions, type MappingSettings, readMappingOptions } from "./mapping-options.ts";
import { createMappingCounters, type EventSourceMappingStats } from "./mapping-stats.ts";
import { ShardWorker } from "./shard-worker.ts";

/** How a mapping stops. */
export interface StopOptions {
  /**
   * `true` (default): first process everything that is in the stream at the time of the call, however long its retries
   * take. `false`: begin no further invocation, wait for those under way, keep the rest for `start`.
   */
  readonly drain?: boolean;
}

/** The settings that can be changed while a mapping runs. */
export type MappingUpdate = Pick<
  EventSourceMappingOptions,
  | "batchSize"
  | "maximumBatchingWindowInSeconds"
  | "maximumRetryAttempts"
  | "maximumRecordAgeInSeconds"
  | "bisectBatchOnFunctionError"
  | "functionResponseTypes"
>;

/**
 * The event source mapping between a Kinesis stream and a Lambda function. It polls the shards, forms batches, invokes,
 * retries, splits, gives up, and keeps the records of a key in order throughout.
 *
 * It delivers at least once. It does not model event filters, tumbling windows or enhanced fan-out.
 *
 * @example
 * ```ts
 * const mapping = new EventSourceMapping({
 *   kinesis, clock, streamArn, batchSize: 100, maximumRetryAttempts: 3,
 *   functionResponseTypes: ["ReportBatchItemFailures"],
 *   invoke: (event) => handler(event, context),
 * });
 * await mapping.start();
 * ```
 */
export class EventSourceMapping {
  /** Part of the key of every on-failure object. */
  readonly uuid: string;
  #options: EventSourceMappingOptions;
  readonly #settings: MappingSettings;
  readonly #reader: StreamReader;
  readonly #workers = new Map<string, ShardWorker>();
  readonly #counters = createMappingCounters();
  /** Records that have left the stream are not tried again. */
  #retentionMs = Number.POSITIVE_INFINITY;
  #isRunning = false;
  #watchers: (() => void)[] = [];

  /** @throws OptionError for settings that AWS would refuse. */
  constructor(options: EventSourceMappingOptions) {
    this.#options = options;
    this.#settings = readMappingOptions(options);
    this.uuid = options.uuid ?? createUuid(this.#settings.random);
    this.#reader = new StreamReader({
      source: this.#settings.kinesis,
      clock: this.#settings.clock,
      streamArn: this.#settings.streamArn,
      startingPosition: this.#settings.startingPosition,
      ...(this.#settings.startingPositionTimestampMs === undefined
        ? {}
        : { startingPositionTimestampMs: this.#settings.startingPositionTimestampMs }),
      pollIntervalMs: this.#settings.pollIntervalMs,
      catchUpIntervalMs: this.#settings.catchUpIntervalMs,
      checkpoints: this.#settings.checkpoints,
      createConsumer: (controls) => {
        // The counts of an earlier process are included, so that the figures of stream and mapping agree.
        this.#counters.recordsIn += controls.checkpoint?.records ?? 0;
        this.#counters.recordsProcessed += controls.checkpoint?.records ?? 0;
        const worker = new ShardWorker({
          controls,
          settings: this.#settings,
          counters: this.#counters,
          maxRecordAgeMs: () => Math.min(this.#settings.maximumRecordAgeMs, this.#retentionMs),
          discard: (discard) => this.#discard(discard),
          onProgress: () => {
            this.#onProgress();
          },
        });
        this.#workers.set(controls.shardId, worker);
        return worker;
      },
      onError: (error) => {
        this.#onReadError(error);
      },
    });
  }

  /** Begins to poll; after a `stop`, goes on where it was. Resolves when the starting position has been taken. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (const worker of this.#workers.values()) worker.resume();
    await this.#reader.start();
    await this.#readRetention();
  }

  /**
   * Gives the mapping other settings while it runs. They hold from the next batch on; those not named stay.
   * @throws OptionError for settings that AWS would refuse; then the old ones hold
   */
  update(changes: MappingUpdate): void {
    // The generator goes on, where a new one would draw the same numbers again.
    const options = { ...this.#options, random: this.#settings.random, ...changes };
    // Lanes read the settings for every batch.
    Object.assign(this.#settings, readMappingOptions(options));
    this.#options = options;
  }

  /**
   * Stops, by default only after everything in the stream was processed. Calling it again without `drain` cuts that
   * short.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    if (this.#isRunning && options.drain !== false) await this.#drain();
    this.#isRunning = false;
    this.#reader.stop();
    for (const worker of this.#workers.values()) worker.pause();
    this.#onProgress();
    await this.#when(() => [...this.#workers.values()].every((worker) => worker.isAtRest));
  }

  /** Resolves when every record that was in the stream at the time of the call has been processed or given up. */
  async drain(): Promise<void> {
    await this.#reader.caughtUp();
    await this.#when(() => [...this.#workers.values()].every((worker) => worker.isIdle));
  }

  stats(): EventSourceMappingStats {
    const shards = this.#reader.progress().map((shard) => {
      const worker = this.#workers.get(shard.shardId);
      return {
        ...shard,
        bufferedRecords: worker?.bufferedRecords ?? 0,
        oldestRecordAgeMs: worker?.oldestRecordAgeMs ?? 0,
        iteratorAgeMs: worker?.iteratorAgeMs ?? 0,
      };
    });
    return {
      ...this.#counters,
      bufferedRecords: shards.reduce((sum, shard) => sum + shard.bufferedRecords, 0),
      oldestRecordAgeMs: shards.reduce((oldest, shard) => Math.max(oldest, shard.oldestRecordAgeMs), 0),
      millisBehindLatest: shards.reduce((most, shard) => Math.max(most, shard.millisBehindLatest), 0),
      shards,
    };
  }

  async #readRetention(): Promise<void> {
    const { kinesis, streamArn } = this.#settings;
    try {
      const summary = await kinesis.describeStreamSummary?.({ StreamARN: streamArn });
      if (summary === undefined) return;
      this.#retentionMs = summary.StreamDescriptionSummary.RetentionPeriodHours * 3_600_000;
    } catch (error) {
      this.#onReadError(error);
    }
  }

  #onReadError(error: unknown): void {
    this.#counters.readErrors += 1;
    this.#settings.onError(error);
  }

  async #drain(): Promise<void> {
    const isOver = () => !this.#isRunning;
    await Promise.race([this.#reader.caughtUp(), this.#when(isOver)]);
    // The records read last need not wait for their window.
    for (const worker of this.#workers.values()) worker.flush();
    await this.#when(() => isOver() || [...this.#workers.values()].every((worker) => worker.isIdle));
  }

  async #discard(discard: Discard): Promise<void> {
    const { trace, onFailure, onError } = this.#settings;
    trace?.record("mapping.discard", {
      shard: discard.shardId,
      condition: discard.condition,
      records: discard.event.Records.length,
    });
    if (onFailure === undefined) return;
    const key = failureObjectKey(this.uuid, discard.shardId, this.#settings);
    const body = Buffer.from(JSON.stringify(createFailureRecord(discard, this.#settings)));
    try {
      await onFailure.objectStore.put(onFailure.bucket, key, body);
    } catch (error) {
      // As on AWS: the records are given up all the same, and a metric counts it (DestinationDeliveryFailures).
      this.#counters.destinationFailures += 1;
      onError(error);
    }
  }

  #onProgress(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }

  /** Resolves once `isTrue()`, asked after each step of any shard. */
  async #when(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
}
