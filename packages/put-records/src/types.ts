import type { DescribeStreamSummaryCommand, ListShardsCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { Clock } from "./time/clock.ts";
import type { PutRecordsError } from "./errors.ts";

/** One Kinesis record to write. */
export interface PutRecord {
  /** 1–256 Unicode characters; its MD5 decides the shard. */
  readonly partitionKey: string;
  /**
   * The bytes as they are, before base64. May be empty. They are not copied: leave them alone until the delivery is
   * there.
   */
  readonly data: Uint8Array;
  /** A decimal number in [0, 2^128) that decides the shard instead of the partition key. */
  readonly explicitHashKey?: string | undefined;
}

/** The record is stored. */
export interface Delivered {
  readonly status: "delivered";
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** How many requests carried the record, this one included. */
  readonly attempts: number;
  /** True when an earlier attempt ended without an answer: the record may be stored more than once. */
  readonly isAmbiguous: boolean;
}

/**
 * Why a record failed. `throttled`, `internal`, `unknown` and `unavailable` name the last answer when attempts or time
 * ran out. `expired`: it was never sent. `rejected` and `oversized`: sending it again at once does not help.
 * `error.concerns` says what has to change.
 */
export type FailureReason =
  | "throttled"
  | "internal"
  | "oversized"
  | "rejected"
  | "expired"
  | "unknown"
  | "unavailable"
  | "cancelled";

/** The record is not known to be stored. */
export interface Failed {
  readonly status: "failed";
  readonly reason: FailureReason;
  readonly attempts: number;
  /** False: surely not stored. True: an attempt ended without an answer, so the record may be stored. */
  readonly isAmbiguous: boolean;
  readonly error: PutRecordsError;
}

/** The outcome of one record. */
export type Delivery = Delivered | Failed;

interface SendOptions {
  abortSignal?: AbortSignal;
}

/* oxlint-disable typescript/unified-signatures -- A client that infers its answer from the command fits these, but no union of them. */
/** The part of `KinesisClient` this package uses; the simulator's in-process client fits too. */
export interface KinesisSender {
  /** Puts records; the answer holds an outcome for each. */
  send(command: PutRecordsCommand, options?: SendOptions): Promise<unknown>;
  /** Lists the shards, a page at a time. */
  send(command: ListShardsCommand, options?: SendOptions): Promise<unknown>;
  /** Describes the stream without its shards. */
  send(command: DescribeStreamSummaryCommand, options?: SendOptions): Promise<unknown>;
}
/* oxlint-enable typescript/unified-signatures */

/** One finished request, for metrics. */
export interface RequestReport {
  readonly records: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly delivered: number;
  readonly throttled: number;
  readonly ambiguous: number;
  /** Present when the call as a whole failed. */
  readonly error?: unknown;
}

/** Attempts whose outcome is unknown: each such record may be stored without a confirmation. */
export interface AmbiguousReport {
  readonly records: number;
  readonly cause: "internal-failure" | "no-answer" | "malformed-answer";
  readonly error?: unknown;
}

/** Records of one request that a shard throttled. `shardId` is missing when the whole request was throttled. */
export interface ThrottleReport {
  readonly shardId?: string | undefined;
  readonly records: number;
}

/**
 * Called while the client works; an error thrown by a hook is counted in `stats().hookErrors` and otherwise ignored.
 */
export interface PutRecordsHooks {
  /** Called after each request, whatever its outcome. */
  onRequest?(report: RequestReport): void;
  /** Called when nobody can say whether records were stored. */
  onAmbiguous?(report: AmbiguousReport): void;
  /** Called when a shard or the stream refused records for their rate. */
  onThrottle?(report: ThrottleReport): void;
}

/** When to give up, for one `put` or `send`. */
export interface PutOptions {
  /** Epoch ms after which records without an answer fail. Default: now + `timeoutMs` of the client. */
  readonly deadline?: number | undefined;
  /** Aborting cancels records that wait. Records on the wire still get their answer, or the deadline. */
  readonly signal?: AbortSignal | undefined;
  /** No room within `maxInFlightBytes`: wait for it (default), or fail at once with `BackpressureError`. */
  readonly onFull?: "wait" | "refuse" | undefined;
}

/** Counters since creation, and gauges of the present. */
export interface PutRecordsStats {
  readonly requests: number;
  readonly delivered: number;
  readonly failed: number;
  /** Records sent again, once per attempt after the first. */
  readonly retried: number;
  readonly throttled: number;
  /** Attempts with unknown outcome, in records. */
  readonly ambiguous: number;
  readonly hookErrors: number;
  /** Bytes that count towards `maxInFlightBytes`. */
  readonly inFlightBytes: number;
  /**
   * Bytes that have entered and are not settled. More than `inFlightBytes` if backlogs of throttled shards exceed their
   * share. At most twice `maxInFlightBytes`, or once plus a single `put` that is larger than it.
   */
  readonly heldBytes: number;
  /**
   * Bytes of the calls that wait for room. Callers hold these records, and can limit them by awaiting each answer.
   */
  readonly waitingBytes: number;
  readonly inFlightRequests: number;
  /** Records accepted and not yet settled. */
  readonly pendingRecords: number;
  /** Shards under a rate limit now, with the records and bytes they may take in a second. */
  readonly limitedShards: readonly { shardId: string; recordsPerSecond: number; bytesPerSecond: number }[];
}

/** Writes records to one stream. */
export interface PutRecords {
  /**
   * Writes the records and resolves with one delivery per record, in input order. Never rejects for a record's fault.
   * @throws {InvalidRecordsError} when `records` is not an array. @throws {ClosedError} after `close`.
   */
  put(records: readonly PutRecord[], options?: PutOptions): Promise<Delivery[]>;
  /** Writes one record, batched with what others send within `lingerMs`. @throws {ClosedError} after `close`. */
  send(record: PutRecord, options?: PutOptions): Promise<Delivery>;
  /** Sends lingering records. Resolves when every record accepted so far is settled. */
  flush(): Promise<void>;
  /** Stops accepting records and flushes. Resolves when every record accepted before has its delivery. */
  close(): Promise<void>;
  /** Counters since creation, and gauges of the present. */
  stats(): PutRecordsStats;
}

/** Options of {@link createPutRecords}. One of `streamName` and `streamArn` is needed. */
export interface PutRecordsOptions {
  readonly client: KinesisSender;
  readonly streamName?: string | undefined;
  readonly streamArn?: string | undefined;
  /** `per-key`: records of one partition key are stored in the order given, also when some fail. Default `none`. */
  readonly ordering?: "none" | "per-key" | undefined;
  /**
   * Limit of the bytes accepted and not yet settled. Default 64 MiB. Backlog of throttled shards above their share (a
   * quarter of it for one shard, half for all) does not count, up to once this limit.
   */
  readonly maxInFlightBytes?: number | undefined;
  /** Requests on the wire at once. Default 8. */
  readonly maxConcurrentRequests?: number | undefined;
  /** How long `send` waits for other records to share its request. Default 10 ms. */
  readonly lingerMs?: number | undefined;
  /** How long a record may take when no deadline is given. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  /** After this long a request counts as unanswered. Default 5 s. */
  readonly requestTimeoutMs?: number | undefined;
  /** Requests that may carry one record. Default: as many as the deadline allows. */
  readonly maxAttempts?: number | undefined;
  /** `fail`: a record whose outcome is unknown is not sent again (at most once). Default `retry`. */
  readonly onAmbiguous?: "retry" | "fail" | undefined;
  /** The stream's record maximum. Default: 1 MiB, and the stream is asked when a record is larger. */
  readonly maxRecordBytes?: number | undefined;
  readonly hooks?: PutRecordsHooks | undefined;
  readonly clock?: Clock | undefined;
  /** A number in [0, 1). */
  readonly random?: (() => number) | undefined;
}
