import { createUuid } from "../uuid.ts";
import type { KinesisStreamEvent } from "./kinesis-event.ts";
import type { MappingSettings } from "./mapping-options.ts";

/** Why Lambda gave a batch up. */
export type DiscardCondition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/**
 * The JSON document Lambda leaves in S3.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export interface FailureRecord {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: DiscardCondition;
    readonly approximateInvokeCount: number;
  };
  /** Absent when the records were given up before any invocation. */
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: "$LATEST";
    /** Absent when the function succeeded and reported item failures. */
    readonly functionError?: "Unhandled";
  };
  readonly version: "1.0";
  readonly timestamp: string;
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
  /** The whole event as JSON text; S3 destinations only. */
  readonly payload: string;
}

export interface Discard {
  readonly shardId: string;
  readonly event: KinesisStreamEvent;
  readonly condition: DiscardCondition;
  readonly invokeCount: number;
  /** The last invocation of these records. */
  readonly requestId: string;
  readonly lastFailure: "function-error" | "item-failures" | undefined;
}

/** Builds the document for a batch that is given up. */
export function createFailureRecord(discard: Discard, settings: MappingSettings): FailureRecord {
  const first = discard.event.Records[0];
  const last = discard.event.Records.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError("A batch that is given up has at least one record.");
  return {
    requestContext: {
      requestId: discard.requestId,
      functionArn: settings.functionArn,
      condition: discard.condition,
      approximateInvokeCount: discard.invokeCount,
    },
    ...(discard.lastFailure === undefined ? {} : { responseContext: responseContext(discard.lastFailure) }),
    version: "1.0",
    timestamp: new Date(settings.clock.now()).toISOString(),
    KinesisBatchInfo: {
      shardId: discard.shardId,
      startSequenceNumber: first.kinesis.sequenceNumber,
      endSequenceNumber: last.kinesis.sequenceNumber,
      approximateArrivalOfFirstRecord: isoTime(first.kinesis.approximateArrivalTimestamp),
      approximateArrivalOfLastRecord: isoTime(last.kinesis.approximateArrivalTimestamp),
      batchSize: discard.event.Records.length,
      streamArn: settings.streamArn,
    },
    payload: JSON.stringify(discard.event),
  };
}

/** `aws/lambda/<mapping UUID>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<UUID>`, in UTC. */
export function failureObjectKey(mappingUuid: string, shardId: string, settings: MappingSettings): string {
  const time = new Date(settings.clock.now()).toISOString();
  const day = time.slice(0, 10);
  const second = time.slice(11, 19).replaceAll(":", ".");
  return `aws/lambda/${mappingUuid}/${shardId}/${day.replaceAll("-", "/")}/${day}T${second}-${createUuid(settings.random)}`;
}

function responseContext(failure: "function-error" | "item-failures"): NonNullable<FailureRecord["responseContext"]> {
  const context = { statusCode: 200, executedVersion: "$LATEST" } as const;
  return failure === "function-error" ? { ...context, functionError: "Unhandled" } : context;
}

function isoTime(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString();
}
