import { type Clock, systemClock } from "../clock.ts";
import type { Faults } from "../faults/faults.ts";
import { createRandom, type Random, randomInteger } from "../random.ts";
import type { Trace } from "../trace.ts";
import type {
  AddTagsToStreamInput,
  CreateStreamInput,
  DeleteStreamInput,
  DescribeLimitsOutput,
  DescribeStreamInput,
  DescribeStreamOutput,
  DescribeStreamSummaryOutput,
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListShardsInput,
  ListShardsOutput,
  ListStreamsInput,
  ListStreamsOutput,
  ListTagsForStreamInput,
  ListTagsForStreamOutput,
  MergeShardsInput,
  PutRecordInput,
  PutRecordOutput,
  PutRecordsInput,
  PutRecordsOutput,
  PutRecordsResultEntry,
  RemoveTagsFromStreamInput,
  RetentionPeriodInput,
  SplitShardInput,
  StreamMode,
  StreamReference,
  UpdateMaxRecordSizeInput,
  UpdateShardCountInput,
  UpdateShardCountOutput,
  UpdateStreamModeInput,
} from "./api.ts";
import { type ClientOptions, createInProcessClient, type InProcessClient } from "./client.ts";
import {
  inUse,
  invalidArgument,
  KinesisError,
  limitExceeded,
  notFound,
  rateExceededMessage,
  validationError,
} from "./errors.ts";
import { parseHashKey } from "./hash-key.ts";
import * as limits from "./limits.ts";
import { compareSequenceNumbers, incrementSequenceNumber, parseSequenceNumber } from "./sequence-number.ts";
import { parseShardId, type ShardState, shardIdOf } from "./shard.ts";
import { decodeIterator, encodeIterator } from "./shard-iterator.ts";
import { listShardsPage, selectShards } from "./shard-listing.ts";
import { decodedLength, type RecordData, type StoredRecord } from "./stored-record.ts";
import { StreamState } from "./stream.ts";
import { TokenBucket } from "./token-bucket.ts";
import { RequestValidation } from "./validation.ts";

export interface KinesisOptions {
  /** Default the system clock. */
  readonly clock?: Clock;
  /** Draws request ids. Default a generator with a fixed seed. */
  readonly random?: Random;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly accountId?: string;
  /** What goes wrong, and how often. Default nothing. */
  readonly faults?: Faults;
  /** Gets a line for every call that writes, reshards or fails. */
  readonly trace?: Trace;
  /** How long CREATING, UPDATING and DELETING last. Default 0: done when the call returns. */
  readonly statusDelayMs?: number;
  /** Open shards all streams together may have. Default 20,000. */
  readonly shardLimit?: number;
  /**
   * Bytes a stream may hold before its oldest records are dropped early, counted in {@link Kinesis.stats}. AWS has no such limit; a laptop has.
   * Default none.
   */
  readonly maxRetainedBytesPerStream?: number;
  /** Whether DescribeStream, ListShards and the like are limited in calls a second, as on AWS. Default true. */
  readonly limitsControlPlane?: boolean;
}

export interface StreamOptions {
  readonly streamName: string;
  /** Default 1; on-demand streams start with 4. */
  readonly shardCount?: number;
  /** Default `PROVISIONED`. */
  readonly mode?: StreamMode;
  /** Default 24. */
  readonly retentionHours?: number;
  /** Default 1 MiB. */
  readonly maxRecordBytes?: number;
}

export interface StreamStats {
  readonly streamName: string;
  readonly openShards: number;
  readonly shards: number;
  /** Records and bytes stored since the stream was created. */
  readonly recordsIn: number;
  readonly bytesIn: number;
  /** Records and bytes it holds now. */
  readonly retainedRecords: number;
  readonly retainedBytes: number;
  /** Records a read gave out, counted once for each reader. */
  readonly recordsOut: number;
  /** Records refused for lack of capacity. */
  readonly throttledRecords: number;
  /** GetRecords calls refused for lack of capacity. */
  readonly throttledReads: number;
  /** Records dropped before their time by `maxRetainedBytesPerStream`. */
  readonly evictedRecords: number;
}

interface Counters {
  recordsIn: number;
  bytesIn: number;
  recordsOut: number;
  throttledRecords: number;
  throttledReads: number;
  evictedRecords: number;
}

/** A record to be stored, in either form of its data. */
export interface EncodedEntry {
  readonly Data?: RecordData | undefined;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
}

interface CheckedEntry {
  readonly data: RecordData;
  readonly sizeBytes: number;
  readonly partitionKey: string;
  readonly explicitHashKey: bigint | undefined;
}

const streamModes = ["PROVISIONED", "ON_DEMAND"] as const;
const iteratorTypes = [
  "AT_SEQUENCE_NUMBER",
  "AFTER_SEQUENCE_NUMBER",
  "TRIM_HORIZON",
  "LATEST",
  "AT_TIMESTAMP",
] as const;

/**
 * A model of Kinesis Data Streams for one account and region.
 *
 * Every method is one operation of the API: it takes the shapes of the AWS SDK, answers at once, and throws {@link KinesisError} with the
 * codes and texts of AWS. Time is the clock's: capacity comes back, iterators expire and records age only as it moves.
 * Network, latency and the faults of a road between are the business of {@link Kinesis.client} and of the HTTP front end.
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
  readonly #random: Random;
  readonly #statusDelayMs: number;
  readonly #shardLimit: number;
  readonly #maxRetainedBytes: number;
  readonly #limitsControlPlane: boolean;
  readonly #streams = new Map<string, StreamState>();
  readonly #counters = new WeakMap<StreamState, Counters>();
  readonly #callBuckets = new Map<string, TokenBucket>();

  constructor(options: KinesisOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.region = options.region ?? "us-east-1";
    this.accountId = options.accountId ?? "000000000000";
    this.faults = options.faults;
    this.trace = options.trace;
    this.#random = options.random ?? createRandom("kinesis");
    this.#statusDelayMs = options.statusDelayMs ?? 0;
    this.#shardLimit = options.shardLimit ?? limits.defaultShardLimit;
    this.#maxRetainedBytes = options.maxRetainedBytesPerStream ?? Number.POSITIVE_INFINITY;
    this.#limitsControlPlane = options.limitsControlPlane ?? true;
    options.faults?.attach(this);
  }

  // ---- Streams ------------------------------------------------------------------------------------------------------

  /**
   * Creates a stream that is active at once, whatever `statusDelayMs` says, and gives its ARN: the short way for tests and local runs.
   * @throws KinesisError as CreateStream does.
   */
  createStream(options: StreamOptions): string {
    const mode = options.mode ?? "PROVISIONED";
    const stream = this.#addStream(options.streamName, {
      shardCount: mode === "ON_DEMAND" ? limits.onDemandInitialShards : (options.shardCount ?? 1),
      mode,
      retentionHours: options.retentionHours ?? limits.retentionHours.min,
      maxRecordBytes: options.maxRecordBytes ?? limits.defaultMaxRecordBytes,
      tags: {},
    });
    stream.status = "ACTIVE";
    return stream.streamArn;
  }

  /** The CreateStream operation. */
  createStreamCommand(input: CreateStreamInput): void {
    const mode = input.StreamModeDetails?.StreamMode ?? "PROVISIONED";
    const check = new RequestValidation();
    check.required("streamName", input.StreamName);
    check.name("streamName", input.StreamName);
    check.number("shardCount", input.ShardCount, { min: 1 });
    check.oneOf("streamModeDetails.streamMode", mode, streamModes);
    check.number("maxRecordSizeInKiB", input.MaxRecordSizeInKiB, {
      min: limits.minRecordKibLimit,
      max: limits.maxRecordKibLimit,
    });
    check.finish();
    if (mode === "PROVISIONED" && input.ShardCount === undefined) {
      throw validationError("ShardCount must be specified when StreamMode is PROVISIONED.");
    }
    if (mode === "ON_DEMAND" && input.ShardCount !== undefined) {
      throw validationError("ShardCount must not be specified when StreamMode is ON_DEMAND.");
    }
    this.#limitCalls("CreateStream");
    const stream = this.#addStream(input.StreamName ?? "", {
      shardCount: input.ShardCount ?? limits.onDemandInitialShards,
      mode,
      retentionHours: limits.retentionHours.min,
      maxRecordBytes:
        input.MaxRecordSizeInKiB === undefined ? limits.defaultMaxRecordBytes : input.MaxRecordSizeInKiB * limits.kib,
      tags: input.Tags ?? {},
    });
    this.#afterStatusDelay(() => {
      stream.status = "ACTIVE";
    });
  }

  deleteStream(input: DeleteStreamInput): void {
    const stream = this.#stream(input);
    this.#limitCalls("DeleteStream");
    stream.status = "DELETING";
    this.trace?.record("kinesis.deleteStream", { stream: stream.streamName });
    this.#afterStatusDelay(() => {
      if (this.#streams.get(stream.streamName) === stream) this.#streams.delete(stream.streamName);
    });
  }

  listStreams(input: ListStreamsInput = {}): ListStreamsOutput {
    const check = new RequestValidation();
    check.number("limit", input.Limit, { min: 1, max: limits.listStreamsPage.max });
    check.name("exclusiveStartStreamName", input.ExclusiveStartStreamName);
    check.finish();
    this.#limitCalls("ListStreams");
    const after = input.NextToken ?? input.ExclusiveStartStreamName ?? "";
    const limit = input.Limit ?? limits.listStreamsPage.default;
    const rest = [...this.#streams.values()]
      .filter((stream) => stream.streamName > after)
      .sort((a, b) => (a.streamName < b.streamName ? -1 : 1));
    const page = rest.slice(0, limit);
    const hasMore = rest.length > page.length;
    const last = page.at(-1);
    return {
      StreamNames: page.map((stream) => stream.streamName),
      HasMoreStreams: hasMore,
      ...(hasMore && last !== undefined ? { NextToken: last.streamName } : {}),
      StreamSummaries: page.map((stream) => ({
        StreamName: stream.streamName,
        StreamARN: stream.streamArn,
        StreamStatus: stream.status,
        StreamModeDetails: { StreamMode: stream.mode },
        StreamCreationTimestamp: new Date(stream.createdMs),
      })),
    };
  }

  describeStream(input: DescribeStreamInput): DescribeStreamOutput {
    const check = new RequestValidation();
    check.number("limit", input.Limit, { min: 1, max: limits.describeStreamPage.max });
    check.name("exclusiveStartShardId", input.ExclusiveStartShardId);
    check.finish();
    const stream = this.#stream(input);
    this.#limitCalls("DescribeStream");
    const after = input.ExclusiveStartShardId ?? "";
    const limit = Math.min(input.Limit ?? limits.describeStreamPage.default, limits.describeStreamPage.default);
    const rest =
      stream.status === "CREATING" ? [] : stream.shards(this.clock.now()).filter((shard) => shard.id > after);
    return {
      StreamDescription: {
        ...this.#description(stream),
        Shards: rest.slice(0, limit).map((shard) => shard.describe()),
        HasMoreShards: rest.length > limit,
      },
    };
  }

  describeStreamSummary(input: StreamReference): DescribeStreamSummaryOutput {
    const stream = this.#stream(input);
    this.#limitCalls("DescribeStreamSummary");
    return {
      StreamDescriptionSummary: {
        ...this.#description(stream),
        OpenShardCount: stream.status === "CREATING" ? 0 : stream.openShards.length,
        ConsumerCount: 0,
        MaxRecordSizeInKiB: Math.ceil(stream.maxRecordBytes / limits.kib),
      },
    };
  }

  describeLimits(): DescribeLimitsOutput {
    this.#limitCalls("DescribeLimits");
    const streams = [...this.#streams.values()];
    return {
      ShardLimit: this.#shardLimit,
      OpenShardCount: this.#openShardCount("PROVISIONED"),
      OnDemandStreamCount: streams.filter((stream) => stream.mode === "ON_DEMAND").length,
      OnDemandStreamCountLimit: limits.onDemandStreamLimit,
    };
  }

  increaseStreamRetentionPeriod(input: RetentionPeriodInput): void {
    const [stream, hours] = this.#retention(input, "IncreaseStreamRetentionPeriod");
    if (hours < stream.retentionHours) {
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.streamName} can not be shorter than existing retention period (${stream.retentionHours} hours). Use DecreaseRetentionPeriod API.`,
      );
    }
    stream.retentionHours = hours;
    this.#updating(stream);
  }

  decreaseStreamRetentionPeriod(input: RetentionPeriodInput): void {
    const [stream, hours] = this.#retention(input, "DecreaseStreamRetentionPeriod");
    if (hours > stream.retentionHours) {
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.streamName} can not be longer than existing retention period (${stream.retentionHours} hours). Use IncreaseRetentionPeriod API.`,
      );
    }
    stream.retentionHours = hours;
    this.#updating(stream);
  }

  updateStreamMode(input: UpdateStreamModeInput): void {
    const mode = input.StreamModeDetails?.StreamMode;
    const check = new RequestValidation();
    check.required("streamARN", input.StreamARN);
    check.required("streamModeDetails.streamMode", mode);
    check.oneOf("streamModeDetails.streamMode", mode, streamModes);
    check.finish();
    const stream = this.#activeStream({ StreamARN: input.StreamARN });
    this.#limitCalls("UpdateStreamMode");
    const now = this.clock.now();
    if (withinDay(stream.modeSwitchesMs, now).length >= limits.modeSwitchesPerDay) {
      throw limitExceeded(
        `Stream ${stream.streamName} under account ${this.accountId} can switch between capacity modes at most ${limits.modeSwitchesPerDay} times within 24 hours.`,
      );
    }
    stream.modeSwitchesMs.push(now);
    if (mode !== undefined) stream.mode = mode;
    this.trace?.record("kinesis.updateStreamMode", { stream: stream.streamName, mode });
    this.#updating(stream);
  }

  updateMaxRecordSize(input: UpdateMaxRecordSizeInput): void {
    const check = new RequestValidation();
    check.required("maxRecordSizeInKiB", input.MaxRecordSizeInKiB);
    check.number("maxRecordSizeInKiB", input.MaxRecordSizeInKiB, {
      min: limits.minRecordKibLimit,
      max: limits.maxRecordKibLimit,
    });
    check.finish();
    const stream = this.#activeStream({ StreamARN: input.StreamARN });
    this.#limitCalls("UpdateMaxRecordSize");
    stream.setMaxRecordBytes((input.MaxRecordSizeInKiB ?? 0) * limits.kib, this.clock.now());
    this.#updating(stream);
  }

  addTagsToStream(input: AddTagsToStreamInput): void {
    const tags = Object.entries(input.Tags ?? {});
    const check = new RequestValidation();
    check.required("tags", input.Tags);
    for (const [key, value] of tags) {
      check.text("tags", key, { min: 1, max: 128 });
      check.text(`tags.${key}.member`, value, { max: 256 });
    }
    check.finish();
    const stream = this.#stream(input);
    this.#limitCalls("AddTagsToStream");
    const added = tags.filter(([key]) => !stream.tags.has(key)).length;
    if (stream.tags.size + added > limits.maxTagsPerStream) {
      throw invalidArgument(
        `Failed to add tags to stream ${stream.streamName} under account ${this.accountId} because a given stream cannot have more than ${limits.maxTagsPerStream} tags associated with it.`,
      );
    }
    for (const [key, value] of tags) stream.tags.set(key, value);
  }

  removeTagsFromStream(input: RemoveTagsFromStreamInput): void {
    const check = new RequestValidation();
    check.required("tagKeys", input.TagKeys);
    check.finish();
    const stream = this.#stream(input);
    this.#limitCalls("RemoveTagsFromStream");
    for (const key of input.TagKeys ?? []) stream.tags.delete(key);
  }

  listTagsForStream(input: ListTagsForStreamInput): ListTagsForStreamOutput {
    const check = new RequestValidation();
    check.number("limit", input.Limit, { min: 1, max: limits.listTagsPage.max });
    check.finish();
    const stream = this.#stream(input);
    this.#limitCalls("ListTagsForStream");
    const after = input.ExclusiveStartTagKey ?? "";
    const rest = [...stream.tags].filter(([key]) => key > after).sort(([a], [b]) => (a < b ? -1 : 1));
    const page = rest.slice(0, input.Limit ?? limits.listTagsPage.default);
    return {
      Tags: page.map(([Key, Value]) => ({ Key, Value })),
      HasMoreTags: rest.length > page.length,
    };
  }

  // ---- Writing ------------------------------------------------------------------------------------------------------

  putRecord(input: PutRecordInput): PutRecordOutput {
    return this.putEncodedRecord(input);
  }

  /** {@link putRecord} with the data in either form. */
  putEncodedRecord(input: Omit<PutRecordInput, "Data"> & EncodedEntry): PutRecordOutput {
    const check = new RequestValidation();
    checkEntry(check, "", input);
    check.text("sequenceNumberForOrdering", input.SequenceNumberForOrdering, { pattern: "0|([1-9]\\d{0,128})" });
    check.finish();
    const stream = this.#writableStream(input);
    const entry = this.#checkedEntry(stream, input);
    const now = this.clock.now();
    const result = this.#store(stream, entry, now);
    if (result.ErrorCode !== undefined || result.ShardId === undefined || result.SequenceNumber === undefined) {
      throw new KinesisError(
        result.ErrorCode === "InternalFailure" ? "InternalFailure" : "ProvisionedThroughputExceededException",
        result.ErrorMessage ?? "",
      );
    }
    this.trace?.record("kinesis.putRecord", { stream: stream.streamName, shard: result.ShardId });
    return { ShardId: result.ShardId, SequenceNumber: result.SequenceNumber, EncryptionType: "NONE" };
  }

  putRecords(input: PutRecordsInput): PutRecordsOutput {
    return this.putEncodedRecords(input);
  }

  /** {@link putRecords} with the data of each record in either form. */
  putEncodedRecords(
    input: StreamReference & { readonly Records: readonly EncodedEntry[] | undefined },
  ): PutRecordsOutput {
    const check = new RequestValidation();
    const entries = input.Records ?? [];
    if (check.required("records", input.Records)) {
      check.length("records", entries.length, `'[${entries.length} records]'`, {
        min: 1,
        max: limits.maxRecordsPerPut,
      });
    }
    if (entries.length <= limits.maxRecordsPerPut) {
      entries.forEach((entry, index) => {
        checkEntry(check, `records.${index + 1}.member.`, entry);
      });
    }
    check.finish();
    const stream = this.#writableStream(input);
    const checked = entries.map((entry) => this.#checkedEntry(stream, entry));
    const totalBytes = checked.reduce((sum, entry) => sum + entry.sizeBytes, 0);
    if (totalBytes > limits.maxBytesPerPut) {
      throw invalidArgument(`Records size exceeds ${limits.maxBytesPerPut / limits.mib} MB limit`);
    }

    const now = this.clock.now();
    if (stream.mode === "ON_DEMAND" && stream.onDemand.review(stream, now) > 0) {
      this.trace?.record("kinesis.onDemandScaled", { stream: stream.streamName, shards: stream.openShards.length });
    }
    const results = new Array<PutRecordsResultEntry>(checked.length);
    let failed = 0;
    // AWS: "PutRecords doesn't guarantee the ordering of records"; a fault makes use of that.
    for (const index of this.faults?.orderOf(checked.length) ?? checked.keys()) {
      const entry = checked[index];
      if (entry === undefined) continue;
      const result = this.#store(stream, entry, now);
      if (result.ErrorCode !== undefined) failed += 1;
      results[index] = result;
    }
    this.#evict(stream);
    this.trace?.record("kinesis.putRecords", {
      stream: stream.streamName,
      records: checked.length,
      bytes: totalBytes,
      failed,
    });
    return { FailedRecordCount: failed, Records: results, EncryptionType: "NONE" };
  }

  // ---- Reading ------------------------------------------------------------------------------------------------------

  getShardIterator(input: GetShardIteratorInput): GetShardIteratorOutput {
    const check = new RequestValidation();
    check.required("shardId", input.ShardId);
    check.name("shardId", input.ShardId);
    check.required("shardIteratorType", input.ShardIteratorType);
    check.oneOf("shardIteratorType", input.ShardIteratorType, iteratorTypes);
    check.text("startingSequenceNumber", input.StartingSequenceNumber, { pattern: "0|([1-9]\\d{0,128})" });
    check.finish();
    const stream = this.#stream(input);
    const shard = this.#shard(stream, input.ShardId ?? "", "Shard {} in stream {} under account {} does not exist");
    const now = this.clock.now();
    if (!shard.tryReserveIterator(now)) throw this.#rateExceeded(shard, stream);
    stream.trimExpired(shard, now);
    return { ShardIterator: this.#iterator(stream, shard, this.#startingPosition(stream, shard, input, now), now) };
  }

  getRecords(input: GetRecordsInput): GetRecordsOutput {
    const check = new RequestValidation();
    check.required("shardIterator", input.ShardIterator);
    check.text("shardIterator", input.ShardIterator, { min: 1, max: 512 });
    check.number("limit", input.Limit, { min: 1, max: limits.maxRecordsPerGet });
    check.finish();
    const state = decodeIterator(input.ShardIterator ?? "");
    const now = this.clock.now();
    if (now - state.issuedMs > limits.iteratorLifetimeMs) {
      throw new KinesisError(
        "ExpiredIteratorException",
        `Iterator expired. The iterator was created at time ${awsDate(state.issuedMs)} while right now it is ${awsDate(now)} which is further in the future than the tolerated delay of ${limits.iteratorLifetimeMs} milliseconds.`,
      );
    }
    const stream = this.#streams.get(state.streamName);
    const shard = stream?.createdMs === state.streamCreatedMs ? stream.shardById(state.shardId, now) : undefined;
    if (stream === undefined || shard === undefined) {
      throw notFound(
        `Shard ${state.shardId} in stream ${state.streamName} under account ${this.accountId} does not exist`,
      );
    }
    if (input.StreamARN !== undefined && input.StreamARN !== stream.streamArn) {
      throw invalidArgument(`The StreamARN ${input.StreamARN} does not match the stream of the ShardIterator.`);
    }
    const counters = this.#countersOf(stream);
    if (!shard.tryReserveRead(now)) {
      counters.throttledReads += 1;
      throw this.#rateExceeded(shard, stream);
    }
    stream.trimExpired(shard, now);
    const limit = Math.min(input.Limit ?? limits.maxRecordsPerGet, limits.maxRecordsPerGet);
    const read = shard.read(state.position, this.faults?.readLimit(limit) ?? limit, now);
    counters.recordsOut += read.records.length;
    return {
      Records: read.records,
      ...(shard.closedMs !== undefined && read.records.length === 0 && read.remaining === 0
        ? { MillisBehindLatest: Math.max(0, now - shard.closedMs), ChildShards: stream.childrenOf(shard) }
        : {
            NextShardIterator: this.#iterator(stream, shard, read.nextPosition, now),
            MillisBehindLatest: millisBehind(read.records.at(-1), read.remaining, now),
          }),
    };
  }

  listShards(input: ListShardsInput): ListShardsOutput {
    const check = new RequestValidation();
    check.number("maxResults", input.MaxResults, { min: 1, max: limits.listShardsPage.max });
    check.name("exclusiveStartShardId", input.ExclusiveStartShardId);
    check.finish();
    const now = this.clock.now();
    const request = listShardsPage(input, now);
    const stream = this.#stream(request);
    this.#limitCalls("ListShards", stream.streamName);
    if (stream.status === "CREATING") {
      throw inUse(this.#notActive(stream));
    }
    return selectShards(stream, request, now);
  }

  // ---- Resharding ---------------------------------------------------------------------------------------------------

  splitShard(input: SplitShardInput): void {
    const check = new RequestValidation();
    check.required("shardToSplit", input.ShardToSplit);
    check.name("shardToSplit", input.ShardToSplit);
    check.required("newStartingHashKey", input.NewStartingHashKey);
    check.text("newStartingHashKey", input.NewStartingHashKey, { pattern: "0|([1-9]\\d{0,38})" });
    check.finish();
    const stream = this.#provisionedStream(input, "SplitShard");
    const shard = this.#openShard(stream, input.ShardToSplit ?? "");
    const at = parseHashKey(input.NewStartingHashKey ?? "");
    if (at === undefined || at <= shard.startHashKey + 1n || at >= shard.endHashKey) {
      throw invalidArgument(
        `NewStartingHashKey ${input.NewStartingHashKey ?? ""} used in SplitShard() on shard ${shard.id} in stream ${stream.streamName} under account ${this.accountId} is not both greater than one plus the shard's StartingHashKey ${shard.startHashKey} and less than the shard's EndingHashKey ${shard.endHashKey}.`,
      );
    }
    this.#checkShardLimit(1);
    this.trace?.record("kinesis.splitShard", { stream: stream.streamName, shard: shard.id });
    this.#updating(stream, () => {
      stream.split(shard, at, this.clock.now());
    });
  }

  mergeShards(input: MergeShardsInput): void {
    const check = new RequestValidation();
    check.required("shardToMerge", input.ShardToMerge);
    check.name("shardToMerge", input.ShardToMerge);
    check.required("adjacentShardToMerge", input.AdjacentShardToMerge);
    check.name("adjacentShardToMerge", input.AdjacentShardToMerge);
    check.finish();
    const stream = this.#provisionedStream(input, "MergeShards");
    const first = this.#openShard(stream, input.ShardToMerge ?? "");
    const second = this.#openShard(stream, input.AdjacentShardToMerge ?? "");
    const [left, right] = first.startHashKey < second.startHashKey ? [first, second] : [second, first];
    if (left.endHashKey + 1n !== right.startHashKey) {
      throw invalidArgument(
        `Shards ${first.id} and ${second.id} in stream ${stream.streamName} under account ${this.accountId} are not an adjacent pair of shards eligible for merging`,
      );
    }
    this.trace?.record("kinesis.mergeShards", { stream: stream.streamName, shard: left.id, adjacent: right.id });
    this.#updating(stream, () => {
      stream.merge(left, right, this.clock.now());
    });
  }

  updateShardCount(input: UpdateShardCountInput): UpdateShardCountOutput {
    const check = new RequestValidation();
    check.required("targetShardCount", input.TargetShardCount);
    check.number("targetShardCount", input.TargetShardCount, { min: 1 });
    check.required("scalingType", input.ScalingType);
    check.oneOf("scalingType", input.ScalingType, ["UNIFORM_SCALING"]);
    check.finish();
    const stream = this.#provisionedStream(input, "UpdateShardCount");
    const target = input.TargetShardCount ?? 1;
    const current = stream.openShards.length;
    const now = this.clock.now();
    if (target > current * 2) {
      throw limitExceeded(
        `UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: ${current} Target shard count: ${target}`,
      );
    }
    if (target < current / 2) {
      throw limitExceeded(
        `UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: ${current} Target shard count: ${target}`,
      );
    }
    if (target > limits.maxShardsByUpdate) {
      throw limitExceeded(`UpdateShardCount cannot scale a stream to more than ${limits.maxShardsByUpdate} shards.`);
    }
    if (withinDay(stream.shardCountUpdatesMs, now).length >= limits.shardCountUpdatesPerDay) {
      throw limitExceeded(
        `UpdateShardCount cannot be called more than ${limits.shardCountUpdatesPerDay} times per rolling 24-hour period for stream ${stream.streamName} under account ${this.accountId}.`,
      );
    }
    this.#checkShardLimit(target - current);
    stream.shardCountUpdatesMs.push(now);
    this.trace?.record("kinesis.updateShardCount", { stream: stream.streamName, from: current, to: target });
    this.#updating(stream, () => {
      stream.scaleTo(target, this.clock.now());
    });
    return {
      StreamName: stream.streamName,
      StreamARN: stream.streamArn,
      CurrentShardCount: current,
      TargetShardCount: target,
    };
  }

  // ---- Beyond the API -----------------------------------------------------------------------------------------------

  /**
   * A client that takes the command objects of `@aws-sdk/client-kinesis` and answers in-process, with latency and faults of the clock.
   * It rejects as the SDK does with one attempt and no retries.
   */
  client(options: ClientOptions = {}): InProcessClient {
    return createInProcessClient(this, options);
  }

  /** Counters of one stream. @throws ResourceNotFoundException when there is none of that name. */
  stats(streamName: string): StreamStats {
    const stream = this.#stream({ StreamName: streamName });
    const shards = stream.shards(this.clock.now());
    return {
      streamName,
      openShards: stream.openShards.length,
      shards: shards.length,
      retainedRecords: shards.reduce((sum, shard) => sum + shard.retainedRecords, 0),
      retainedBytes: shards.reduce((sum, shard) => sum + shard.retainedBytes, 0),
      ...this.#countersOf(stream),
    };
  }

  /**
   * Every record a stream holds, shard by shard in order: for assertions. It costs no read capacity and moves no iterator.
   * @throws ResourceNotFoundException when there is no such stream.
   */
  recordsOf(streamName: string): { readonly shardId: string; readonly record: StoredRecord }[] {
    return this.#stream({ StreamName: streamName })
      .shards(this.clock.now())
      .flatMap((shard) => shard.records().map((record) => ({ shardId: shard.id, record })));
  }

  /** Names of all streams, sorted. */
  streamNames(): string[] {
    return [...this.#streams.keys()].sort();
  }

  /** Ids of a stream's open shards, in order of their hash keys. @throws ResourceNotFoundException when there is no such stream. */
  openShardIds(streamName: string): string[] {
    return this.#stream({ StreamName: streamName }).openShards.map((shard) => shard.id);
  }

  /**
   * Splits a shard somewhere, merges two neighbours, or scales the whole stream, as `random` decides; for faults and property tests. The
   * limits on how often that may be done are not asked.
   * @throws ResourceNotFoundException when there is no such stream.
   */
  reshardAtRandom(streamName: string, random: Random, maxShards: number): void {
    const stream = this.#stream({ StreamName: streamName });
    const now = this.clock.now();
    const open = stream.openShards;
    const choice = random();
    const index = randomInteger(random, 0, open.length - 1);
    const shard = open[index];
    const neighbour = open[index + 1];
    const share = BigInt(randomInteger(random, 1, 999));
    let how = "scale";
    if (choice < 0.4 && shard !== undefined && open.length < maxShards) {
      how = "split";
      stream.split(shard, shard.startHashKey + ((shard.endHashKey - shard.startHashKey) * share) / 1000n + 1n, now);
    } else if (choice < 0.8 && shard !== undefined && neighbour !== undefined) {
      how = "merge";
      stream.merge(shard, neighbour, now);
    } else {
      stream.scaleTo(randomInteger(random, 1, maxShards), now);
    }
    this.trace?.record("kinesis.reshard", { stream: streamName, how, shards: stream.openShards.length });
  }

  /**
   * Leaves only `factor` (0–1) of a shard's write capacity to its callers, as if another producer took the rest.
   * @throws ResourceNotFoundException when there is no such stream or shard.
   */
  limitShardCapacity(streamName: string, shardId: string, factor: number): void {
    const stream = this.#stream({ StreamName: streamName });
    this.#openShard(stream, shardId).limitCapacity(factor, this.clock.now());
    this.trace?.record("kinesis.limitShardCapacity", { stream: streamName, shard: shardId, factor });
  }

  /** A request id in the form of AWS, drawn from this model's random numbers. */
  nextRequestId(): string {
    const hex = Array.from({ length: 4 }, () =>
      Math.floor(this.#random() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0"),
    ).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #addStream(
    streamName: string,
    settings: {
      readonly shardCount: number;
      readonly mode: StreamMode;
      readonly retentionHours: number;
      readonly maxRecordBytes: number;
      readonly tags: Readonly<Record<string, string>>;
    },
  ): StreamState {
    if (this.#streams.has(streamName)) {
      throw inUse(`Stream ${streamName} under account ${this.accountId} already exists.`);
    }
    if (settings.mode === "PROVISIONED") this.#checkShardLimit(settings.shardCount);
    const stream = new StreamState({
      streamName,
      streamArn: `arn:aws:kinesis:${this.region}:${this.accountId}:stream/${streamName}`,
      createdMs: this.clock.now(),
      ...settings,
    });
    this.#streams.set(streamName, stream);
    this.trace?.record("kinesis.createStream", {
      stream: streamName,
      shards: stream.openShards.length,
      mode: stream.mode,
    });
    return stream;
  }

  #store(stream: StreamState, entry: CheckedEntry, now: number): PutRecordsResultEntry {
    const shard = stream.route(entry.partitionKey, entry.explicitHashKey);
    const counters = this.#countersOf(stream);
    const fault = this.faults?.record(stream.streamName, shard.id);
    if (fault === "throttle" || !shard.tryReserve(entry.sizeBytes, now)) {
      counters.throttledRecords += 1;
      return {
        ErrorCode: "ProvisionedThroughputExceededException",
        ErrorMessage: rateExceededMessage(shard.id, stream.streamName, this.accountId),
      };
    }
    if (fault === "internal-failure") return { ...internalFailure };
    const record = shard.append(entry.partitionKey, entry.data, entry.sizeBytes, now);
    counters.recordsIn += 1;
    counters.bytesIn += entry.sizeBytes;
    if (fault === "internal-failure-stored") return { ...internalFailure };
    return { SequenceNumber: record.SequenceNumber, ShardId: shard.id };
  }

  #checkedEntry(stream: StreamState, entry: EncodedEntry): CheckedEntry {
    const data = entry.Data ?? "";
    const partitionKey = entry.PartitionKey ?? "";
    const explicitHashKey = entry.ExplicitHashKey;
    let hashKey: bigint | undefined;
    if (explicitHashKey !== undefined) {
      hashKey = parseHashKey(explicitHashKey);
      if (hashKey === undefined) {
        throw invalidArgument(
          `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicitHashKey}`,
        );
      }
    }
    const dataBytes = typeof data === "string" ? decodedLength(data) : data.byteLength;
    const sizeBytes = dataBytes + Buffer.byteLength(partitionKey, "utf8");
    if (sizeBytes > stream.maxRecordBytes) {
      throw invalidArgument(
        `Record size of ${sizeBytes} bytes exceeds the maximum record size of ${stream.maxRecordBytes} bytes of stream ${stream.streamName} under account ${this.accountId}.`,
      );
    }
    return {
      // A producer may use its buffer again for the next batch.
      data: typeof data === "string" ? data : Buffer.from(data),
      sizeBytes,
      partitionKey,
      explicitHashKey: hashKey,
    };
  }

  #evict(stream: StreamState): void {
    if (this.#maxRetainedBytes === Number.POSITIVE_INFINITY) return;
    const shards = stream.shards(this.clock.now());
    let excess = shards.reduce((sum, shard) => sum + shard.retainedBytes, 0) - this.#maxRetainedBytes;
    // Closed shards first: they hold the oldest records.
    for (const shard of shards) {
      if (excess <= 0) return;
      const before = shard.retainedBytes;
      this.#countersOf(stream).evictedRecords += shard.shrinkTo(
        shard.isOpen ? this.#maxRetainedBytes / stream.openShards.length : Math.max(0, before - excess),
      );
      excess -= before - shard.retainedBytes;
    }
  }

  #startingPosition(stream: StreamState, shard: ShardState, input: GetShardIteratorInput, now: number): string {
    const { ShardIteratorType: type, StartingSequenceNumber: sequenceNumber, Timestamp: timestamp } = input;
    switch (type) {
      case "TRIM_HORIZON":
      case "LATEST":
        if (sequenceNumber !== undefined) {
          throw invalidArgument(
            `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and also a StartingSequenceNumber.`,
          );
        }
        return type === "LATEST" ? shard.latestPosition() : shard.startingSequenceNumber;
      case "AT_TIMESTAMP":
        if (timestamp === undefined) {
          throw invalidArgument(
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
          );
        }
        if (timestamp.getTime() > now) {
          throw invalidArgument(
            `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${timestamp.getTime()}, currentTimestampInMillis: ${now}`,
          );
        }
        return shard.positionAtTime(timestamp.getTime());
      case "AT_SEQUENCE_NUMBER":
      case "AFTER_SEQUENCE_NUMBER":
        if (sequenceNumber === undefined) {
          throw invalidArgument(
            `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and no StartingSequenceNumber.`,
          );
        }
        this.#checkSequenceNumber(stream, shard, sequenceNumber);
        return type === "AT_SEQUENCE_NUMBER" ? sequenceNumber : incrementSequenceNumber(sequenceNumber);
      case undefined:
        throw invalidArgument("ShardIteratorType is required.");
    }
  }

  #checkSequenceNumber(stream: StreamState, shard: ShardState, sequenceNumber: string): void {
    const parsed = parseSequenceNumber(sequenceNumber);
    const used = `StartingSequenceNumber ${sequenceNumber} used in GetShardIterator on shard ${shard.id} in stream ${stream.streamName} under account ${this.accountId} is invalid`;
    if (parsed === undefined) throw invalidArgument(`${used}.`);
    if (parsed.shardIndex !== shard.index) {
      throw invalidArgument(
        `Invalid StartingSequenceNumber. It encodes ${shardIdOf(parsed.shardIndex)}, while it was used in a call to a shard with ${shard.id}`,
      );
    }
    if (
      parsed.shardCreatedSeconds !== Math.floor(shard.createdMs / 1000) ||
      compareSequenceNumbers(sequenceNumber, shard.startingSequenceNumber) < 0
    ) {
      throw invalidArgument(`${used} because it did not come from this stream.`);
    }
  }

  #iterator(stream: StreamState, shard: ShardState, position: string, now: number): string {
    return encodeIterator({
      streamName: stream.streamName,
      streamCreatedMs: stream.createdMs,
      shardId: shard.id,
      position,
      issuedMs: now,
    });
  }

  #stream(reference: StreamReference): StreamState {
    const check = new RequestValidation();
    check.name("streamName", reference.StreamName);
    check.text("streamARN", reference.StreamARN, {
      min: 1,
      max: 2048,
      pattern: "arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+",
    });
    check.finish();
    const fromArn = reference.StreamARN?.slice(reference.StreamARN.indexOf("/") + 1);
    const name = reference.StreamName ?? fromArn;
    if (name === undefined) {
      throw validationError("Either StreamName or StreamARN must be specified.");
    }
    if (fromArn !== undefined && fromArn !== name) {
      throw invalidArgument(`StreamARN ${reference.StreamARN ?? ""} does not name the stream ${name}.`);
    }
    const stream = this.#streams.get(name);
    if (stream === undefined || (reference.StreamARN !== undefined && reference.StreamARN !== stream.streamArn)) {
      throw notFound(`Stream ${name} under account ${this.accountId} not found.`);
    }
    return stream;
  }

  #writableStream(reference: StreamReference): StreamState {
    const stream = this.#stream(reference);
    if (stream.status === "CREATING" || stream.status === "DELETING") {
      throw notFound(`Stream ${stream.streamName} under account ${this.accountId} not found.`);
    }
    return stream;
  }

  #activeStream(reference: StreamReference): StreamState {
    const stream = this.#stream(reference);
    if (stream.status !== "ACTIVE") throw inUse(this.#notActive(stream));
    return stream;
  }

  #provisionedStream(reference: StreamReference, operation: string): StreamState {
    const stream = this.#activeStream(reference);
    this.#limitCalls(operation);
    if (stream.mode === "ON_DEMAND") {
      throw validationError(
        `Request is invalid. Stream ${stream.streamName} under account ${this.accountId} is in On-Demand mode.`,
      );
    }
    return stream;
  }

  #notActive(stream: StreamState): string {
    return `Stream ${stream.streamName} under account ${this.accountId} not ACTIVE, instead in state ${stream.status}`;
  }

  #shard(stream: StreamState, shardId: string, missing: string): ShardState {
    const index = parseShardId(shardId);
    const shard =
      index === undefined || stream.status === "CREATING" ? undefined : stream.shard(index, this.clock.now());
    if (shard !== undefined) return shard;
    const shown = index === undefined ? shardId : shardIdOf(index);
    const parts = [shown, stream.streamName, this.accountId];
    throw notFound(missing.replaceAll("{}", () => parts.shift() ?? ""));
  }

  #openShard(stream: StreamState, shardId: string): ShardState {
    const shard = this.#shard(stream, shardId, "Could not find shard {} in stream {} under account {}.");
    if (!shard.isOpen) {
      throw invalidArgument(
        `Shard ${shard.id} in stream ${stream.streamName} under account ${this.accountId} is not open.`,
      );
    }
    return shard;
  }

  #retention(input: RetentionPeriodInput, operation: string): [StreamState, number] {
    const check = new RequestValidation();
    check.required("retentionPeriodHours", input.RetentionPeriodHours);
    check.finish();
    const stream = this.#activeStream(input);
    this.#limitCalls(operation, stream.streamName);
    const hours = input.RetentionPeriodHours ?? 0;
    if (hours < limits.retentionHours.min) {
      throw invalidArgument(
        `Minimum allowed retention period is ${limits.retentionHours.min} hours. Requested retention period (${hours} hours) is too short.`,
      );
    }
    if (hours > limits.retentionHours.max) {
      throw invalidArgument(
        `Maximum allowed retention period is ${limits.retentionHours.max} hours. Requested retention period (${hours} hours) is too long.`,
      );
    }
    return [stream, hours];
  }

  #updating(stream: StreamState, change?: () => void): void {
    stream.status = "UPDATING";
    this.#afterStatusDelay(() => {
      if (stream.status !== "UPDATING") return;
      stream.status = "ACTIVE";
      change?.();
    });
  }

  #afterStatusDelay(change: () => void): void {
    if (this.#statusDelayMs === 0) change();
    else this.clock.setTimeout(change, this.#statusDelayMs);
  }

  #checkShardLimit(additional: number): void {
    const open = this.#openShardCount("PROVISIONED");
    if (open + additional <= this.#shardLimit) return;
    throw limitExceeded(
      `This request would exceed the shard limit for the account ${this.accountId} in ${this.region}. Current shard count for the account: ${open}. Limit: ${this.#shardLimit}. Number of additional shards that would have resulted from this request: ${additional}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
    );
  }

  #openShardCount(mode: StreamMode): number {
    let count = 0;
    for (const stream of this.#streams.values()) if (stream.mode === mode) count += stream.openShards.length;
    return count;
  }

  #limitCalls(operation: string, streamName?: string): void {
    const limit = limits.callsPerSecond[operation];
    if (!this.#limitsControlPlane || limit === undefined) return;
    const key = limit.per === "stream" ? `${operation}/${streamName ?? ""}` : operation;
    const now = this.clock.now();
    let bucket = this.#callBuckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(limit.rate, limit.rate, now);
      this.#callBuckets.set(key, bucket);
    }
    if (bucket.tryTake(1, now)) return;
    throw limitExceeded(
      streamName === undefined
        ? `Rate exceeded for ${operation} under account ${this.accountId}.`
        : `Rate exceeded for stream ${streamName} under account ${this.accountId}.`,
    );
  }

  #rateExceeded(shard: ShardState, stream: StreamState): KinesisError {
    return new KinesisError(
      "ProvisionedThroughputExceededException",
      rateExceededMessage(shard.id, stream.streamName, this.accountId),
    );
  }

  #description(stream: StreamState) {
    return {
      StreamName: stream.streamName,
      StreamARN: stream.streamArn,
      StreamStatus: stream.status,
      StreamModeDetails: { StreamMode: stream.mode },
      RetentionPeriodHours: stream.retentionHours,
      StreamCreationTimestamp: new Date(stream.createdMs),
      EnhancedMonitoring: [{ ShardLevelMetrics: [] as [] }],
      EncryptionType: "NONE" as const,
    };
  }

  #countersOf(stream: StreamState): Counters {
    let counters = this.#counters.get(stream);
    if (counters === undefined) {
      counters = {
        recordsIn: 0,
        bytesIn: 0,
        recordsOut: 0,
        throttledRecords: 0,
        throttledReads: 0,
        evictedRecords: 0,
      };
      this.#counters.set(stream, counters);
    }
    return counters;
  }
}

const internalFailure: PutRecordsResultEntry = {
  ErrorCode: "InternalFailure",
  ErrorMessage: "Internal service failure.",
};

function checkEntry(check: RequestValidation, path: string, entry: EncodedEntry): void {
  // The usual record passes on three comparisons; a message is only composed for the others.
  const { Data: data, PartitionKey: key } = entry;
  if (data === undefined) check.required(`${path}data`, data);
  if (key === undefined) check.required(`${path}partitionKey`, key);
  else if (key.length === 0 || key.length > limits.maxPartitionKeyLength) {
    check.length(`${path}partitionKey`, [...key].length, `'${key}'`, { min: 1, max: limits.maxPartitionKeyLength });
  }
  if (entry.ExplicitHashKey !== undefined) {
    check.text(`${path}explicitHashKey`, entry.ExplicitHashKey, { pattern: "0|([1-9]\\d{0,38})" });
  }
}

function millisBehind(last: StoredRecord | undefined, remaining: number, now: number): number {
  // "A value of zero indicates that record processing is caught up", so zero is kept for that.
  return remaining === 0 ? 0 : Math.max(1, now - (last?.arrivalMs ?? now));
}

function withinDay(times: number[], now: number): number[] {
  while (times[0] !== undefined && times[0] <= now - limits.dayMs) times.shift();
  return times;
}

/** A date as Kinesis writes it in messages: `Thu Jan 22 01:22:02 UTC 2015`. */
function awsDate(epochMs: number): string {
  const [day, date, month, year, time] = new Date(epochMs).toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
