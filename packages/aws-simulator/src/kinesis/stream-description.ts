import type { MetricsName, StreamMode } from "./api.ts";
import type { ConsumerDescription } from "./stream-consumers.ts";

/** One shard as it is written down: everything but its records. Hash keys are decimal, times epoch milliseconds. */
export interface ShardDescription {
  readonly index: number;
  readonly startHashKey: string;
  readonly endHashKey: string;
  readonly createdMs: number;
  readonly closedMs?: number;
  readonly endingSequenceNumber?: string;
  readonly parentId?: string;
  readonly adjacentParentId?: string;
}

/** One stream as it is written down. */
export interface StreamDescription {
  readonly streamName: string;
  readonly createdMs: number;
  readonly mode: StreamMode;
  readonly retentionHours: number;
  readonly maxRecordBytes: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Index of the shard that a split or merge makes next. */
  readonly nextShardIndex: number;
  readonly shards: readonly ShardDescription[];
  /** Consumers with enhanced fan-out; absent when there are none. */
  readonly consumers?: readonly ConsumerDescription[];
  /** Absent when the stream is not encrypted. */
  readonly kmsKeyId?: string;
  readonly shardLevelMetrics?: readonly MetricsName[];
  /** Resource policies by the ARN they are attached to. */
  readonly policies?: Readonly<Record<string, string>>;
}
