import { type Clock, systemClock } from "../clock.ts";
import type { Faults } from "../faults/faults.ts";
import { createRandom, type Random } from "../random.ts";
import type { Trace } from "../trace.ts";
import { Account } from "./account.ts";
import type * as api from "./api.ts";
import { type ClientOptions, createInProcessClient, type InProcessClient } from "./client.ts";
import { KinesisError } from "./errors.ts";
import * as limits from "./limits.ts";
import * as consumers from "./consumer-operations.ts";
import * as reads from "./read-operations.ts";
import * as resources from "./resource-operations.ts";
import * as resharding from "./reshard-operations.ts";
import { incrementSequenceNumber } from "./sequence-number.ts";
import { shardIdOf, type ViewBounds } from "./shard.ts";
import type { StoredRecord } from "./stored-record.ts";
import * as streams from "./stream-operations.ts";
import type { SearchedTime, StreamStore } from "./stream-store.ts";
import type { ShardSubscription } from "./subscription.ts";
import { RequestValidation } from "./validation.ts";
import * as writes from "./write-operations.ts";

/** Region, clock, store and faults of a Kinesis. */
export interface KinesisOptions {
  /** Default the system clock. */
  readonly clock?: Clock;
  /** Draws request ids. Default a generator with a fixed seed. */
  readonly random?: Random;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly accountId?: string;
  /** Faults and their rates. Default: none. */
  readonly faults?: Faults;
  /** Gets a line for every call that writes, reshards or fails. */
  readonly trace?: Trace;
  /** How long CREATING, UPDATING and DELETING last. Default 0: done when the call returns. */
  readonly statusDelayMs?: number;
  /** Open shards all streams together may have. Default 20,000. */
  readonly shardLimit?: number;
  /**
   * Bytes a stream may hold before its oldest records are dropped early, counted in {@link Kinesis.stats}. AWS has no
   * such limit; a laptop has. Default none.
   */
  readonly maxRetainedBytesPerStream?: number;
  /** True if DescribeStream, ListShards and the like are limited in calls a second, as on AWS. Default true. */
  readonly limitsControlPlane?: boolean;
  /**
   * Where streams are kept between two processes, such as a {@link DiskStreamStore}. Default nowhere: they end with the
   * process.
   */
  readonly store?: StreamStore;
}

/** A stream, as `CreateStream` makes it. */
export interface StreamOptions {
  /** 1 to 128 characters of `a-zA-Z0-9_.-`. */
  readonly streamName: string;
  /** Default 1; on-demand streams start with 4. */
  readonly shardCount?: number;
  /** Default `PROVISIONED`. */
  readonly mode?: api.StreamMode;
  /** Default 24. */
  readonly retentionHours?: number;
  /** Default 1 MiB. */
  readonly maxRecordBytes?: number;
}

/** State of a stream, and its counts since it was created. */
export interface StreamStats {
  /** Name of the stream. */
  readonly streamName: string;
  /** Shards that take records. */
  readonly openShards: number;
  /** Shards that are still listed, the closed ones included. */
  readonly shards: number;
  /** Records and bytes stored since the stream was created. */
  readonly recordsIn: number;
  /** Bytes of data and partition keys. */
  readonly bytesIn: number;
  /** Records and bytes it holds now. */
  readonly retainedRecords: number;
  /** Bytes of data and partition keys. */
  readonly retainedBytes: number;
  /** Records a read gave out, counted once for each reader. */
  readonly recordsOut: number;
  /** Records refused for lack of capacity. */
  readonly throttledRecords: number;
  /** GetRecords calls refused for lack of capacity. */
  readonly throttledReads: number;
  /** GetRecords calls that were answered. */
  readonly reads: number;
  /** Age of the last record that the last of them gave, in milliseconds; 0 when it gave none. */
  readonly iteratorAgeMs: number;
  /** Records dropped before their time by `maxRetainedBytesPerStream`. */
  readonly evictedRecords: number;
}

/** One shard as it is read backwards, see {@link Kinesis.shardViews}. */
export interface ShardView {
  /** `shardId-000000000000`, in twelve digits. */
  readonly id: string;
  /** The records still retained, newest first, below a sequence number and before a time. */
  newestFirst(bounds?: ViewBounds): Iterable<StoredRecord>;
  /** How many of the records still retained came after the one with this sequence number; all without one. */
  countAfter(sequenceNumber?: string): number;
}

/**
 * A model of Kinesis Data Streams for one account and region.
 *
 * Every method is one operation of the API: it takes the shapes of the AWS SDK, answers at once, and throws {@link
 * KinesisError} with the codes and texts of AWS. Time is the clock's: capacity comes back, iterators expire and records
 * age only as it moves. Network, latency and the faults of a road between are the business of {@link Kinesis.client}
 * and of the HTTP front end.
 *
 * @example
 * ```ts
 * const kinesis = new Kinesis({ clock: new VirtualClock() });
 * kinesis.createStream({ streamName: "orders", shardCount: 2 });
 * await kinesis.client().send(new PutRecordsCommand({ StreamName: "orders", Records: [{ PartitionKey: "a", Data: bytes }] }));
 * ```
 */
export class Kinesis {
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly faults: Faults | undefined;
  readonly trace: Trace | undefined;
  readonly #requestIdPrefix: string;
  #requests = 0;
  readonly #account: Account;

  constructor(options: KinesisOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.region = options.region ?? "us-east-1";
    this.accountId = options.accountId ?? "000000000000";
    this.faults = options.faults;
    this.trace = options.trace;
    this.#requestIdPrefix = drawRequestIdPrefix(options.random ?? createRandom("kinesis"));
    this.#account = new Account({
      clock: this.clock,
      region: this.region,
      accountId: this.accountId,
      faults: this.faults,
      trace: this.trace,
      statusDelayMs: options.statusDelayMs ?? 0,
      shardLimit: options.shardLimit ?? limits.DEFAULT_SHARD_LIMIT,
      maxRetainedBytes: options.maxRetainedBytesPerStream ?? Number.POSITIVE_INFINITY,
      limitsControlPlane: options.limitsControlPlane ?? true,
      store: options.store,
    });
    options.faults?.attach(this);
  }

  /**
   * Creates a stream, or goes on with the one of that name that the store retains; its number of shards and its
   * settings become those asked for. It is active at once, whatever `statusDelayMs` is, and gives its ARN: the short
   * way for tests and local runs.
   * @throws KinesisError as CreateStream does.
   */
  createStream(options: StreamOptions): string {
    const mode = options.mode ?? "PROVISIONED";
    const shardCount = options.shardCount ?? (mode === "ON_DEMAND" ? limits.ON_DEMAND_INITIAL_SHARDS : 1);
    const check = new RequestValidation();
    check.required("streamName", options.streamName);
    check.name("streamName", options.streamName);
    check.number("shardCount", shardCount, { min: 1 });
    check.oneOf("streamModeDetails.streamMode", mode, streams.streamModes);
    check.finish();
    const stream = this.#account.addStream(options.streamName, {
      shardCount,
      mode,
      retentionHours: options.retentionHours ?? limits.retentionHours.min,
      maxRecordBytes: options.maxRecordBytes ?? limits.defaultMaxRecordBytes,
      tags: {},
    });
    stream.status = "ACTIVE";
    return stream.streamArn;
  }

  /** The CreateStream operation: the stream is CREATING for `statusDelayMs`. */
  requestStream(input: api.CreateStreamInput): void {
    streams.createStream(this.#account, input);
  }

  deleteStream(input: api.DeleteStreamInput): void {
    streams.deleteStream(this.#account, input);
  }

  listStreams(input: api.ListStreamsInput = {}): api.ListStreamsOutput {
    return streams.listStreams(this.#account, input);
  }

  describeStream(input: api.DescribeStreamInput): api.DescribeStreamOutput {
    return streams.describeStream(this.#account, input);
  }

  describeStreamSummary(input: api.StreamReference): api.DescribeStreamSummaryOutput {
    return streams.describeStreamSummary(this.#account, input);
  }

  describeLimits(): api.DescribeLimitsOutput {
    return streams.describeLimits(this.#account);
  }

  increaseStreamRetentionPeriod(input: api.RetentionPeriodInput): void {
    streams.increaseStreamRetentionPeriod(this.#account, input);
  }

  decreaseStreamRetentionPeriod(input: api.RetentionPeriodInput): void {
    streams.decreaseStreamRetentionPeriod(this.#account, input);
  }

  updateStreamMode(input: api.UpdateStreamModeInput): void {
    streams.updateStreamMode(this.#account, input);
  }

  updateMaxRecordSize(input: api.UpdateMaxRecordSizeInput): void {
    streams.updateMaxRecordSize(this.#account, input);
  }

  addTagsToStream(input: api.AddTagsToStreamInput): void {
    streams.addTagsToStream(this.#account, input);
  }

  removeTagsFromStream(input: api.RemoveTagsFromStreamInput): void {
    streams.removeTagsFromStream(this.#account, input);
  }

  listTagsForStream(input: api.ListTagsForStreamInput): api.ListTagsForStreamOutput {
    return streams.listTagsForStream(this.#account, input);
  }

  /** Data may also be base64 text, which is then kept as it is. */
  putRecord(input: writes.EncodedPutRecordInput): api.PutRecordOutput {
    return writes.putRecord(this.#account, input);
  }

  /** Data may also be base64 text, which is then kept as it is. */
  putRecords(input: writes.EncodedPutRecordsInput): api.PutRecordsOutput {
    return writes.putRecords(this.#account, input);
  }

  getShardIterator(input: api.GetShardIteratorInput): api.GetShardIteratorOutput {
    return reads.getShardIterator(this.#account, input);
  }

  getRecords(input: api.GetRecordsInput): api.GetRecordsOutput {
    return reads.getRecords(this.#account, input);
  }

  listShards(input: api.ListShardsInput): api.ListShardsOutput {
    return reads.listShards(this.#account, input);
  }

  splitShard(input: api.SplitShardInput): void {
    resharding.splitShard(this.#account, input);
  }

  mergeShards(input: api.MergeShardsInput): void {
    resharding.mergeShards(this.#account, input);
  }

  updateShardCount(input: api.UpdateShardCountInput): api.UpdateShardCountOutput {
    return resharding.updateShardCount(this.#account, input);
  }

  registerStreamConsumer(input: api.RegisterStreamConsumerInput): api.RegisterStreamConsumerOutput {
    return consumers.registerStreamConsumer(this.#account, input);
  }

  deregisterStreamConsumer(input: api.ConsumerReference): void {
    consumers.deregisterStreamConsumer(this.#account, input);
  }

  describeStreamConsumer(input: api.ConsumerReference): api.DescribeStreamConsumerOutput {
    return consumers.describeStreamConsumer(this.#account, input);
  }

  listStreamConsumers(input: api.ListStreamConsumersInput): api.ListStreamConsumersOutput {
    return consumers.listStreamConsumers(this.#account, input);
  }

  /** Begins a subscription; ask it for what it pushes. The HTTP front end writes that as the API's event stream. */
  subscribeToShard(input: api.SubscribeToShardInput): ShardSubscription {
    return consumers.subscribeToShard(this.#account, input);
  }

  listTagsForResource(input: api.ResourceReference): api.ListTagsForResourceOutput {
    return resources.listTagsForResource(this.#account, input);
  }

  tagResource(input: api.TagResourceInput): void {
    resources.tagResource(this.#account, input);
  }

  untagResource(input: api.UntagResourceInput): void {
    resources.untagResource(this.#account, input);
  }

  /** Only the stream's description changes: what is stored stays as it is. */
  startStreamEncryption(input: api.EncryptionInput): void {
    resources.startStreamEncryption(this.#account, input);
  }

  stopStreamEncryption(input: api.EncryptionInput): void {
    resources.stopStreamEncryption(this.#account, input);
  }

  enableEnhancedMonitoring(input: api.EnhancedMonitoringInput): api.EnhancedMonitoringOutput {
    return resources.enableEnhancedMonitoring(this.#account, input);
  }

  disableEnhancedMonitoring(input: api.EnhancedMonitoringInput): api.EnhancedMonitoringOutput {
    return resources.disableEnhancedMonitoring(this.#account, input);
  }

  /** The policy is kept; who may do what is not modelled. */
  putResourcePolicy(input: api.ResourcePolicyInput): void {
    resources.putResourcePolicy(this.#account, input);
  }

  getResourcePolicy(input: api.ResourceReference): api.ResourcePolicyOutput {
    return resources.getResourcePolicy(this.#account, input);
  }

  deleteResourcePolicy(input: api.ResourceReference): void {
    resources.deleteResourcePolicy(this.#account, input);
  }

  /**
   * A client that takes the command objects of `@aws-sdk/client-kinesis` and answers in-process, with latency and
   * faults of the clock. It rejects as the SDK does with one attempt and no retries.
   */
  client(options: ClientOptions = {}): InProcessClient {
    return createInProcessClient(this, options);
  }

  /**
   * Resolves when every record that was put so far is stored; at once without a `store`. {@link Kinesis.client} and the
   * HTTP front end answer only then, callers of {@link Kinesis.putRecords} have to wait for themselves.
   * @throws KinesisError `InternalFailure` when a record could not be stored; no reader will get it.
   */
  async committed(): Promise<void> {
    try {
      await this.#account.store?.committed();
    } catch (error) {
      throw new KinesisError("InternalFailure", error instanceof Error ? error.message : String(error));
    }
  }

  /** True if answers have to wait for {@link Kinesis.committed}. */
  get isStored(): boolean {
    return this.#account.store !== undefined;
  }

  /** Counters of one stream. @throws ResourceNotFoundException when there is none of that name. */
  stats(streamName: string): StreamStats {
    const stream = this.#account.stream({ StreamName: streamName });
    const shards = stream.shards(this.clock.now());
    return {
      streamName,
      openShards: stream.openShards.length,
      shards: shards.length,
      retainedRecords: shards.reduce((sum, shard) => sum + shard.retainedRecords, 0),
      retainedBytes: shards.reduce((sum, shard) => sum + shard.retainedBytes, 0),
      ...this.#account.countersOf(stream),
    };
  }

  /**
   * Every record a stream holds, shard by shard in order: for assertions. It costs no read capacity and moves no
   * iterator.
   * @throws ResourceNotFoundException when there is no such stream.
   */
  recordsOf(streamName: string): { readonly shardId: string; readonly record: StoredRecord }[] {
    return this.#account
      .stream({ StreamName: streamName })
      .shards(this.clock.now())
      .flatMap((shard) => Array.from(shard.records(), (record) => ({ shardId: shard.id, record })));
  }

  /**
   * The records a stream holds, one after the other, so that a long history need not fit into memory. Costs no read
   * capacity.
   * @param after begin behind these sequence numbers, by shard
   * @throws ResourceNotFoundException when there is no such stream.
   */
  *readRecords(
    streamName: string,
    after: ReadonlyMap<string, string> = new Map(),
  ): Generator<{ readonly shardId: string; readonly record: StoredRecord }> {
    for (const shard of this.#account.stream({ StreamName: streamName }).shards(this.clock.now())) {
      const last = after.get(shard.id);
      const position = last === undefined ? undefined : incrementSequenceNumber(last);
      for (const record of shard.records(position)) yield { shardId: shard.id, record };
    }
  }

  /**
   * The records of all streams whose bytes contain one of the texts, each shard's in order. It costs no read capacity;
   * a `store` looks for them in its files at once.
   * @param time what arrived before `sinceMs` may be left out; of two searches that meet at a time, one has a record
   */
  async *search(
    texts: readonly Buffer[],
    { sinceMs = Number.NEGATIVE_INFINITY, beforeMs = Number.POSITIVE_INFINITY }: Partial<SearchedTime> = {},
  ): AsyncGenerator<{ readonly streamName: string; readonly shardId: string; readonly record: StoredRecord }> {
    const found = this.#account.store?.search?.(texts, { sinceMs, beforeMs });
    if (found !== undefined) {
      for await (const { streamName, shardIndex, record } of found) {
        yield { streamName, shardId: shardIdOf(shardIndex), record };
      }
      return;
    }
    for (const streamName of this.streamNames()) {
      for (const { shardId, record } of this.readRecords(streamName)) {
        if (record.arrivalMs < sinceMs || record.arrivalMs >= beforeMs) continue;
        const { buffer, byteOffset, byteLength } = record.Data;
        const bytes = Buffer.from(buffer, byteOffset, byteLength);
        if (texts.some((text) => bytes.includes(text))) yield { streamName, shardId, record };
      }
    }
  }

  /**
   * The shards of a stream, to be read from their ends: what came last costs the same in a long history as in a short
   * one. Costs no read capacity.
   * @throws ResourceNotFoundException when there is no such stream.
   */
  shardViews(streamName: string): readonly ShardView[] {
    return this.#account.stream({ StreamName: streamName }).shards(this.clock.now());
  }

  /** The sequence number that each shard of a stream gave out last; a shard that gave out none is missing. */
  lastSequenceNumbers(streamName: string): ReadonlyMap<string, string> {
    const shards = this.#account.stream({ StreamName: streamName }).shards(this.clock.now());
    return new Map(
      shards.flatMap((shard) => {
        const last = shard.lastSequenceNumber;
        return last === undefined ? [] : [[shard.id, last] as const];
      }),
    );
  }

  /** Names of all streams, sorted. */
  streamNames(): string[] {
    return [...this.#account.streams.keys()].sort();
  }

  /**
   * Ids of a stream's open shards, in order of their hash keys.
   * @throws ResourceNotFoundException when there is no such stream.
   */
  openShardIds(streamName: string): string[] {
    return this.#account.stream({ StreamName: streamName }).openShards.map((shard) => shard.id);
  }

  /**
   * Splits a shard somewhere, merges two neighbours, or scales the whole stream, as `random` decides; for faults and
   * property tests. The limits on how often that may be done are not asked.
   * @throws ResourceNotFoundException when there is no such stream.
   */
  reshardAtRandom(streamName: string, random: Random, maxShards: number): void {
    resharding.reshardAtRandom(this.#account, streamName, random, maxShards);
  }

  /**
   * Leaves only `factor` (0–1) of a shard's write capacity to its callers, as if another producer took the rest.
   * @throws ResourceNotFoundException when there is no such stream or shard.
   */
  limitShardCapacity(streamName: string, shardId: string, factor: number): void {
    const stream = this.#account.stream({ StreamName: streamName });
    this.#account.openShard(stream, shardId).limitCapacity(factor, this.clock.now());
    this.trace?.record("kinesis.limitShardCapacity", { stream: streamName, shard: shardId, factor });
  }

  /** A request id in the form of AWS: unique in this model, and the same in every run of a seed. */
  nextRequestId(): string {
    this.#requests += 1;
    return this.#requestIdPrefix + this.#requests.toString(16).padStart(12, "0");
  }
}

/** The first 24 characters of a UUID. */
function drawRequestIdPrefix(random: Random): string {
  const digits = (length: number) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-`;
}
