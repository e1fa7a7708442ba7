import type { Clock, Delivered, Failed, FaultConcern, PutOptions, PutRecord } from "@millrace/put-records";
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from "aws-lambda";

/** One Kinesis record as Lambda delivered it, decoded. */
export interface SourceRecord {
  /** `shardId:sequenceNumber`, unique in the stream. */
  readonly eventId: string;
  readonly streamArn: string;
  /** The stream's name, as bad rows want it. */
  readonly stream: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Epoch ms at which Kinesis took the record. */
  readonly arrivedAt: number;
}

/** A record to write because of a source record. A source record may have none, one or many. */
export interface Output {
  readonly destination: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** The outcome of one output: what every kind of destination can say. A delivery of `put-records` is one. */
export type OutputDelivery = Pick<Delivered, "status" | "attempts" | "isAmbiguous"> | FailedDelivery;

export interface FailedDelivery extends Pick<Failed, "status" | "reason" | "attempts" | "isAmbiguous"> {
  readonly error: Error & { readonly concerns: FaultConcern };
}

/** The writer of a destination: one delivery for each record, in order, by the deadline. */
export interface OutputWriter {
  put(records: readonly PutRecord[], options?: PutOptions): Promise<readonly OutputDelivery[]>;
}

/** The time one source record has. A record of many events asks between two of them. */
export interface RecordTime {
  /** Throws a {@link RecordTimeError} once the time is used up: let it pass through `process`. */
  check(): void;
}

/** An output that its destination did not confirm. */
export interface FailedOutput {
  readonly source: SourceRecord;
  readonly output: Output;
  /** Position among the outputs of its source record. */
  readonly index: number;
  readonly error: Error;
  /**
   * The writer's delivery; missing if there was no writer, or it gave no answer in time.
   */
  readonly delivery: FailedDelivery | undefined;
}

/**
 * The consequence of a failed output for the batch: `block` the source record stays unconfirmed and Lambda delivers it
 * again; `release` it counts as handled, the caller answers for it; `divert` these outputs are written in its place,
 * and block when they fail too.
 */
export type FailureDecision =
  | { readonly action: "block" }
  | { readonly action: "release" }
  | { readonly action: "divert"; readonly outputs: readonly Output[] };

/** Which part of a shard a batch was: Lambda never mixes shards. */
export interface BatchOrigin {
  readonly stream: string;
  readonly shardId: string;
  readonly firstSequenceNumber: string;
  readonly lastSequenceNumber: string;
}

/** Summary of one invocation, for metrics and the log. */
export interface BatchReport {
  /** Lambda's name for the invocation, where its context has one. */
  readonly requestId: string | undefined;
  /** Missing for a batch without records. */
  readonly origin: BatchOrigin | undefined;
  readonly records: number;
  /** Source records whose outputs are all confirmed, in this invocation or an earlier one. */
  readonly confirmed: number;
  /** Of these, the ones confirmed by an earlier invocation and not processed again. */
  readonly remembered: number;
  /** Source records that `process` threw for and `poison` turned into outputs. */
  readonly poisoned: number;
  /** Source records not reached because the time was up. */
  readonly unprocessed: number;
  readonly destinations: ReadonlyMap<string, DestinationReport>;
  /** Sequence number returned to Lambda, when the batch is not whole. */
  readonly checkpoint: string | undefined;
  /** Age of the oldest record when the invocation began. */
  readonly oldestAgeMs: number;
  readonly durationMs: number;
}

/** Outputs of one invocation at one destination. */
export interface DestinationReport {
  readonly outputs: number;
  readonly delivered: number;
  /** Not written again: an earlier invocation in this environment has its confirmation. */
  readonly remembered: number;
  readonly failed: number;
  readonly released: number;
  readonly diverted: number;
  /** Written, or possibly written, more than once. */
  readonly ambiguous: number;
  /** Requests beyond the first, summed over the outputs. */
  readonly retries: number;
}

/** The part of Lambda's context that counts here. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
  readonly awsRequestId?: string | undefined;
}

/** Options of {@link createStreamHandler}. */
export interface StreamHandlerOptions {
  /** Who processes; goes to `poison` for the bad row. */
  readonly processor: { readonly name: string; readonly version: string };
  /** Turns a source record into the records to write. A bad record is a value too: return its bad row. */
  readonly process: (source: SourceRecord, time: RecordTime) => readonly Output[] | Promise<readonly Output[]>;
  /**
   * Called when `process` threw: the outputs to write in its place, usually one bad row. The error is a
   * {@link RecordTimeError} when the record used up its time. Without `poison` the record stays unconfirmed, and the
   * mapping's retries, bisect and on-failure destination take over.
   */
  readonly poison?: ((source: SourceRecord, error: unknown) => readonly Output[]) | undefined;
  /**
   * Tells an output from the other outputs of its source record. It must be the same when the record is processed
   * again; confirmed outputs are remembered by it and their destination. Asked only for records that are not confirmed
   * as a whole. Default: the position, for a `process` that gives the same outputs whenever it is asked.
   */
  readonly identify?: ((output: Output, index: number) => string) | undefined;
  /**
   * The writer of a destination; asked once per destination. An error thrown here fails that destination's outputs
   * only.
   */
  readonly destinations: (destination: string) => OutputWriter;
  /** Decides what a failed output means. Default: every failure blocks. */
  readonly onFailedOutput?: ((failure: FailedOutput) => FailureDecision) | undefined;
  /**
   * Time one destination gets to confirm its outputs. Default: what the invocation has left, less a reserve for what
   * `onFailedOutput` diverts. A dead destination holds the batch up for this long, so a router sets it low.
   */
  readonly destinationTimeoutMs?: number | undefined;
  /** Time kept back before Lambda's timeout for the answer to go out. Default 1,000 ms. */
  readonly safetyMarginMs?: number | undefined;
  /**
   * Time one source record may take to process before it is set aside through `poison`. Default 5,000 ms. A record that
   * an invocation has less time for is left to the next one, which begins with it.
   */
  readonly recordTimeoutMs?: number | undefined;
  /**
   * Source records remembered per shard, of batches confirmed to their end, for five minutes, and of others. Default
   * 10,000, the largest batch of an event source mapping.
   */
  readonly rememberedRecordsPerShard?: number | undefined;
  readonly onBatch?: ((report: BatchReport) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** A Lambda handler for a Kinesis event source mapping with `ReportBatchItemFailures`. */
export type StreamHandler = (
  event: KinesisStreamEvent,
  context: InvocationContext,
) => Promise<KinesisStreamBatchResponse>;
