import type { StreamMode } from "./api.ts";

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
}
