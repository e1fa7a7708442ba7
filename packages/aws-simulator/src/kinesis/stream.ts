import type { ChildShard, EncryptionType, MetricsName, StreamMode, StreamStatus } from "./api.ts";
import { type HexHashKey, hashPartitionKey, maxHashKey, toHexHashKey, uniformBoundaries } from "./hash-key.ts";
import { dayMs, HOUR_MS } from "./limits.ts";
import { OnDemandScaling } from "./on-demand.ts";
import { planUniformScaling } from "./resharding.ts";
import { type ShardOptions, ShardState } from "./shard.ts";
import { StreamConsumer } from "./stream-consumers.ts";
import type { StreamDescription } from "./stream-description.ts";
import type { StoredStream, StreamStore } from "./stream-store.ts";

export interface StreamSettings {
  readonly streamName: string;
  readonly streamArn: string;
  readonly shardCount: number;
  readonly mode: StreamMode;
  readonly retentionHours: number;
  readonly maxRecordBytes: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdMs: number;
  /** Where the records are kept between two processes. Default nowhere. */
  readonly store?: StreamStore | undefined;
}

/** One stream: its settings, its status, and its shards, open and closed. */
export class StreamState {
  readonly streamName: string;
  readonly streamArn: string;
  readonly createdMs: number;
  readonly tags: Map<string, string>;
  readonly onDemand = new OnDemandScaling();
  /** When UpdateShardCount and UpdateStreamMode were called, for their limits per day. */
  readonly shardCountUpdatesMs: number[] = [];
  readonly modeSwitchesMs: number[] = [];
  status: StreamStatus = "CREATING";
  mode: StreamMode;
  retentionHours: number;
  maxRecordBytes: number;
  /** Consumers with enhanced fan-out, by name. */
  readonly consumers: Map<string, StreamConsumer>;
  /** The key of an encrypted stream. */
  kmsKeyId: string | undefined;
  shardLevelMetrics: readonly MetricsName[];
  /** Resource policies by the ARN they are attached to. */
  readonly policies: Map<string, string>;
  #shards: ShardState[] = [];
  #open: ShardState[] = [];
  #nextIndex = 0;
  readonly #stored: StoredStream | undefined;

  /**
   * Makes the stream, or goes on with the one of that name that the store retains: then shards and creation time are
   * that one's.
   */
  constructor(settings: StreamSettings) {
    const retained = settings.store?.retained(settings.streamName);
    this.streamName = settings.streamName;
    this.streamArn = settings.streamArn;
    this.createdMs = retained?.createdMs ?? settings.createdMs;
    this.mode = settings.mode;
    this.retentionHours = settings.retentionHours;
    this.maxRecordBytes = settings.maxRecordBytes;
    this.tags = new Map(Object.entries({ ...retained?.tags, ...settings.tags }));
    this.consumers = new Map(
      retained?.consumers?.map((consumer) => [consumer.name, new StreamConsumer(settings.streamArn, consumer)]),
    );
    this.kmsKeyId = retained?.kmsKeyId;
    this.shardLevelMetrics = retained?.shardLevelMetrics ?? [];
    this.policies = new Map(Object.entries(retained?.policies ?? {}));
    this.#stored = settings.store?.open(retained ?? this.toDescription());
    if (retained === undefined) this.#addFirstShards(settings.shardCount);
    else this.#resumeShards(retained);
    this.#sortOpen();
    this.save();
  }

  /** Writes down how the stream is now; to be called after each change of its settings. */
  save(): void {
    this.#stored?.save(this.toDescription());
  }

  /** The stream is gone, and its records with it. */
  delete(): void {
    this.#stored?.delete();
  }

  /** The stream as it is written down. */
  toDescription(): StreamDescription {
    return {
      streamName: this.streamName,
      createdMs: this.createdMs,
      mode: this.mode,
      retentionHours: this.retentionHours,
      maxRecordBytes: this.maxRecordBytes,
      tags: Object.fromEntries(this.tags),
      nextShardIndex: this.#nextIndex,
      shards: this.#shards.map((shard) => shard.toDescription()),
      ...(this.consumers.size === 0
        ? {}
        : { consumers: [...this.consumers.values()].map((one) => one.toDescription()) }),
      ...(this.kmsKeyId === undefined ? {} : { kmsKeyId: this.kmsKeyId }),
      ...(this.shardLevelMetrics.length === 0 ? {} : { shardLevelMetrics: this.shardLevelMetrics }),
      ...(this.policies.size === 0 ? {} : { policies: Object.fromEntries(this.policies) }),
    };
  }

  get encryptionType(): EncryptionType {
    return this.kmsKeyId === undefined ? "NONE" : "KMS";
  }

  get openShards(): readonly ShardState[] {
    return this.#open;
  }

  /** Every shard that still has a record to give or can take one, oldest first. */
  shards(nowMs: number): readonly ShardState[] {
    const cutoffMs = nowMs - this.retentionHours * HOUR_MS;
    if (this.#shards.some((shard) => isExpired(shard, cutoffMs))) {
      this.#shards = this.#shards.filter((shard) => !isExpired(shard, cutoffMs));
    }
    return this.#shards;
  }

  shard(index: number, nowMs: number): ShardState | undefined {
    return this.shards(nowMs).find((shard) => shard.index === index);
  }

  shardById(shardId: string, nowMs: number): ShardState | undefined {
    return this.shards(nowMs).find((shard) => shard.id === shardId);
  }

  /** The open shard whose range holds the key. */
  route(partitionKey: string, explicitHashKey: bigint | undefined): ShardState {
    const hashKey = explicitHashKey === undefined ? hashPartitionKey(partitionKey) : toHexHashKey(explicitHashKey);
    return this.#openShardAt(hashKey);
  }

  trimExpired(shard: ShardState, nowMs: number): void {
    shard.trim(nowMs - this.retentionHours * HOUR_MS);
  }

  setMaxRecordBytes(maxRecordBytes: number, nowMs: number): void {
    this.maxRecordBytes = maxRecordBytes;
    for (const shard of this.#open) shard.setMaxRecordBytes(maxRecordBytes, nowMs);
  }

  split(parent: ShardState, atHashKey: bigint, nowMs: number): void {
    this.#close(parent, nowMs);
    this.#addShard(parent.startHashKey, atHashKey - 1n, nowMs, parent.id);
    this.#addShard(atHashKey, parent.endHashKey, nowMs, parent.id);
    this.#sortOpen();
    this.save();
  }

  merge(left: ShardState, right: ShardState, nowMs: number): void {
    this.#close(left, nowMs);
    this.#close(right, nowMs);
    this.#addShard(left.startHashKey, right.endHashKey, nowMs, left.id, right.id);
    this.#sortOpen();
    this.save();
  }

  /** Splits and merges until the stream has `target` equal shards. */
  scaleTo(target: number, nowMs: number): void {
    for (const step of planUniformScaling(this.#open, target)) {
      const shard = this.#openShardStartingAt(step.startHashKey);
      if (step.kind === "split") this.split(shard, step.atHashKey, nowMs);
      else this.merge(shard, this.#openShardStartingAt(step.adjacentStartHashKey), nowMs);
    }
  }

  /** The shards that took over a closed shard's range. */
  childrenOf(parent: ShardState): ChildShard[] {
    return this.#shards
      .filter((shard) => shard.parentId === parent.id || shard.adjacentParentId === parent.id)
      .map((shard) => ({
        ShardId: shard.id,
        ParentShards: [shard.parentId, shard.adjacentParentId].filter((id) => id !== undefined),
        HashKeyRange: shard.hashKeyRange(),
      }));
  }

  #addFirstShards(count: number): void {
    const starts = uniformBoundaries(count);
    starts.forEach((startHashKey, index) => {
      const next = starts[index + 1];
      this.#addShard(startHashKey, next === undefined ? maxHashKey : next - 1n, this.createdMs);
    });
  }

  #resumeShards({ shards, nextShardIndex }: StreamDescription): void {
    for (const description of shards) {
      const shard = this.#createShard({
        ...description,
        startHashKey: BigInt(description.startHashKey),
        endHashKey: BigInt(description.endHashKey),
      });
      shard.resume({
        lastNumber: this.#stored?.lastNumber(description.index),
        closedMs: description.closedMs,
        endingSequenceNumber: description.endingSequenceNumber,
      });
      this.#shards.push(shard);
      if (shard.isOpen) this.#open.push(shard);
    }
    this.#nextIndex = nextShardIndex;
  }

  #addShard(
    startHashKey: bigint,
    endHashKey: bigint,
    createdMs: number,
    parentId?: string,
    adjacentParentId?: string,
  ): void {
    const shard = this.#createShard({
      index: this.#nextIndex,
      startHashKey,
      endHashKey,
      createdMs,
      parentId,
      adjacentParentId,
    });
    this.#nextIndex += 1;
    this.#shards.push(shard);
    this.#open.push(shard);
  }

  #createShard(options: Omit<ShardOptions, "log" | "maxRecordBytes">): ShardState {
    const log = this.#stored?.openLog(options);
    return new ShardState({ ...options, maxRecordBytes: this.maxRecordBytes, log });
  }

  #close(shard: ShardState, nowMs: number): void {
    shard.close(nowMs);
    this.#open = this.#open.filter((other) => other !== shard);
  }

  #sortOpen(): void {
    this.#open.sort((a, b) => (a.startHex < b.startHex ? -1 : 1));
  }

  #openShardAt(hashKey: HexHashKey): ShardState {
    let low = 0;
    let high = this.#open.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const shard = this.#open[middle];
      if (shard !== undefined && shard.startHex <= hashKey) low = middle;
      else high = middle - 1;
    }
    const found = this.#open[low];
    if (found === undefined) throw new Error(`Stream ${this.streamName} has no open shard.`);
    return found;
  }

  #openShardStartingAt(startHashKey: bigint): ShardState {
    const shard = this.#open.find((candidate) => candidate.startHashKey === startHashKey);
    if (shard === undefined) throw new Error(`No open shard of ${this.streamName} starts at ${startHashKey}.`);
    return shard;
  }
}

function isExpired(shard: ShardState, cutoffMs: number): boolean {
  return shard.closedMs !== undefined && shard.closedMs < cutoffMs;
}

/** How many of `times` (oldest first) lie within the last 24 hours; older ones are forgotten. */
export function countWithinDay(times: number[], nowMs: number): number {
  while (times[0] !== undefined && times[0] <= nowMs - dayMs) times.shift();
  return times.length;
}
