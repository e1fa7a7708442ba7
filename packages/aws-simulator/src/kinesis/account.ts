import type { Clock } from "../clock.ts";
import type { Faults } from "../faults/faults.ts";
import type { Trace } from "../trace.ts";
import type { StreamMode, StreamReference } from "./api.ts";
import {
  inUse,
  invalidArgument,
  KinesisError,
  limitExceeded,
  notFound,
  rateExceededMessage,
  validationError,
} from "./errors.ts";
import * as limits from "./limits.ts";
import { parseShardId, type ShardState, shardIdOf } from "./shard.ts";
import { StreamState } from "./stream.ts";
import type { StreamStore } from "./stream-store.ts";
import { TokenBucket } from "./token-bucket.ts";
import { RequestValidation } from "./validation.ts";

export interface AccountSettings {
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly faults: Faults | undefined;
  readonly trace: Trace | undefined;
  readonly statusDelayMs: number;
  readonly shardLimit: number;
  readonly maxRetainedBytes: number;
  readonly limitsControlPlane: boolean;
  readonly store: StreamStore | undefined;
}

/** Counters of a stream since its creation. */
export interface StreamCounters {
  recordsIn: number;
  bytesIn: number;
  recordsOut: number;
  throttledRecords: number;
  throttledReads: number;
  reads: number;
  iteratorAgeMs: number;
  evictedRecords: number;
}

/** The streams of one account in one region, and the checks every operation begins with. */
export class Account {
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly faults: Faults | undefined;
  readonly trace: Trace | undefined;
  readonly shardLimit: number;
  readonly maxRetainedBytes: number;
  readonly streams = new Map<string, StreamState>();
  readonly store: StreamStore | undefined;
  readonly #statusDelayMs: number;
  readonly #limitsControlPlane: boolean;
  readonly #counters = new WeakMap<StreamState, StreamCounters>();
  readonly #callBuckets = new Map<string, TokenBucket>();

  constructor(settings: AccountSettings) {
    this.clock = settings.clock;
    this.region = settings.region;
    this.accountId = settings.accountId;
    this.faults = settings.faults;
    this.trace = settings.trace;
    this.shardLimit = settings.shardLimit;
    this.maxRetainedBytes = settings.maxRetainedBytes;
    this.store = settings.store;
    this.#statusDelayMs = settings.statusDelayMs;
    this.#limitsControlPlane = settings.limitsControlPlane;
  }

  addStream(
    streamName: string,
    settings: {
      readonly shardCount: number;
      readonly mode: StreamMode;
      readonly retentionHours: number;
      readonly maxRecordBytes: number;
      readonly tags: Readonly<Record<string, string>>;
    },
  ): StreamState {
    if (this.streams.has(streamName)) {
      throw inUse(`Stream ${streamName} under account ${this.accountId} already exists.`);
    }
    if (settings.mode === "PROVISIONED") this.checkShardLimit(settings.shardCount);
    const stream = new StreamState({
      streamName,
      streamArn: `arn:aws:kinesis:${this.region}:${this.accountId}:stream/${streamName}`,
      createdMs: this.clock.now(),
      store: this.store,
      ...settings,
    });
    this.streams.set(streamName, stream);
    const shards = stream.shards(this.clock.now());
    const counters = this.countersOf(stream);
    counters.recordsIn = shards.reduce((sum, shard) => sum + shard.retainedRecords, 0);
    counters.bytesIn = shards.reduce((sum, shard) => sum + shard.retainedBytes, 0);
    // Only a stream that was retained can have another number of shards than it was asked for.
    if (settings.mode === "PROVISIONED" && stream.openShards.length !== settings.shardCount) {
      stream.scaleTo(settings.shardCount, this.clock.now());
    }
    this.trace?.record("kinesis.createStream", {
      stream: streamName,
      shards: stream.openShards.length,
      mode: stream.mode,
    });
    return stream;
  }

  stream(reference: StreamReference): StreamState {
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
    const stream = this.streams.get(name);
    if (stream === undefined || (reference.StreamARN !== undefined && reference.StreamARN !== stream.streamArn)) {
      throw notFound(`Stream ${name} under account ${this.accountId} not found.`);
    }
    return stream;
  }

  writableStream(reference: StreamReference): StreamState {
    const stream = this.stream(reference);
    if (stream.status === "CREATING" || stream.status === "DELETING") {
      throw notFound(`Stream ${stream.streamName} under account ${this.accountId} not found.`);
    }
    return stream;
  }

  activeStream(reference: StreamReference): StreamState {
    const stream = this.stream(reference);
    if (stream.status !== "ACTIVE") throw inUse(this.notActive(stream));
    return stream;
  }

  provisionedStream(reference: StreamReference, operation: string): StreamState {
    const stream = this.activeStream(reference);
    this.limitCalls(operation);
    if (stream.mode === "ON_DEMAND") {
      throw validationError(
        `Request is invalid. Stream ${stream.streamName} under account ${this.accountId} is in On-Demand mode.`,
      );
    }
    return stream;
  }

  shard(stream: StreamState, shardId: string, missing: string): ShardState {
    const index = parseShardId(shardId);
    const shard =
      index === undefined || stream.status === "CREATING" ? undefined : stream.shard(index, this.clock.now());
    if (shard !== undefined) return shard;
    const shown = index === undefined ? shardId : shardIdOf(index);
    const parts = [shown, stream.streamName, this.accountId];
    throw notFound(missing.replaceAll("{}", () => parts.shift() ?? ""));
  }

  openShard(stream: StreamState, shardId: string): ShardState {
    const shard = this.shard(stream, shardId, "Could not find shard {} in stream {} under account {}.");
    if (!shard.isOpen) {
      throw invalidArgument(
        `Shard ${shard.id} in stream ${stream.streamName} under account ${this.accountId} is not open.`,
      );
    }
    return shard;
  }

  updating(stream: StreamState, change?: () => void): void {
    stream.status = "UPDATING";
    this.afterStatusDelay(() => {
      if (stream.status !== "UPDATING") return;
      stream.status = "ACTIVE";
      change?.();
    });
  }

  afterStatusDelay(change: () => void): void {
    if (this.#statusDelayMs === 0) change();
    else this.clock.setTimeout(change, this.#statusDelayMs);
  }

  checkShardLimit(additional: number): void {
    const open = this.openShardCount("PROVISIONED");
    if (open + additional <= this.shardLimit) return;
    throw limitExceeded(
      `This request would exceed the shard limit for the account ${this.accountId} in ${this.region}. Current shard count for the account: ${open}. Limit: ${this.shardLimit}. Number of additional shards that would have resulted from this request: ${additional}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
    );
  }

  openShardCount(mode: StreamMode): number {
    let count = 0;
    for (const stream of this.streams.values()) if (stream.mode === mode) count += stream.openShards.length;
    return count;
  }

  limitCalls(operation: string, streamName?: string): void {
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

  rateExceeded(shard: ShardState, stream: StreamState): KinesisError {
    return new KinesisError(
      "ProvisionedThroughputExceededException",
      rateExceededMessage(shard.id, stream.streamName, this.accountId),
    );
  }

  notActive(stream: StreamState): string {
    return `Stream ${stream.streamName} under account ${this.accountId} not ACTIVE, instead in state ${stream.status}`;
  }

  countersOf(stream: StreamState): StreamCounters {
    let counters = this.#counters.get(stream);
    if (counters === undefined) {
      counters = {
        recordsIn: 0,
        bytesIn: 0,
        recordsOut: 0,
        throttledRecords: 0,
        throttledReads: 0,
        reads: 0,
        iteratorAgeMs: 0,
        evictedRecords: 0,
      };
      this.#counters.set(stream, counters);
    }
    return counters;
  }
}
