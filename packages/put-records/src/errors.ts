/** Every code this package gives, one per cause. The README's table lists the same ones; a test compares them. */
export const errorCodes = [
  "PUT_RECORDS_INVALID_OPTION",
  "PUT_RECORDS_INVALID_RECORDS",
  "PUT_RECORDS_INVALID_RECORD",
  "PUT_RECORDS_CLOSED",
  "PUT_RECORDS_OVERSIZED",
  "PUT_RECORDS_THROTTLED",
  "PUT_RECORDS_INTERNAL_FAILURE",
  "PUT_RECORDS_OUTCOME_UNKNOWN",
  "PUT_RECORDS_EXPIRED",
  "PUT_RECORDS_CANCELLED",
  "PUT_RECORDS_BACKPRESSURE",
  "PUT_RECORDS_PREDECESSOR_FAILED",
  "PUT_RECORDS_STREAM_NOT_FOUND",
  "PUT_RECORDS_CREDENTIALS",
  "PUT_RECORDS_REFUSED",
] as const;

/** One of the documented codes. */
export type PutRecordsErrorCode = (typeof errorCodes)[number];

/** Base of every error of this package. `code` is stable and documented; `cause` is what the SDK threw, if it did. */
export abstract class PutRecordsError extends Error {
  abstract readonly code: PutRecordsErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Thrown by {@link createPutRecords}: an option has the wrong type or value. */
export class InvalidOptionError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INVALID_OPTION";
}

/** Thrown by `put`: the first argument is not an array. */
export class InvalidRecordsError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INVALID_RECORDS";
}

/** One record cannot be sent as it is: wrong type, no partition key, bad explicit hash key. Only this record fails. */
export class InvalidRecordError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INVALID_RECORD";
}

/** Thrown by `put` and `send` after `close`. */
export class ClosedError extends PutRecordsError {
  readonly code = "PUT_RECORDS_CLOSED";
}

/** The record is larger than its stream takes. Only this record fails. */
export class OversizedRecordError extends PutRecordsError {
  readonly code = "PUT_RECORDS_OVERSIZED";
}

/** Attempts or time ran out while the shard or the stream was throttling. */
export class ThrottledError extends PutRecordsError {
  readonly code = "PUT_RECORDS_THROTTLED";
}

/** Attempts or time ran out while Kinesis answered InternalFailure for the record. It may be stored. */
export class InternalFailureError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INTERNAL_FAILURE";
}

/** The last request with the record ended without a usable answer: 5xx, reset, timeout. It may be stored. */
export class OutcomeUnknownError extends PutRecordsError {
  readonly code = "PUT_RECORDS_OUTCOME_UNKNOWN";
}

/** The deadline passed before the record was sent. */
export class ExpiredError extends PutRecordsError {
  readonly code = "PUT_RECORDS_EXPIRED";
}

/** The caller's signal aborted. */
export class CancelledError extends PutRecordsError {
  readonly code = "PUT_RECORDS_CANCELLED";
}

/** No room within `maxInFlightBytes`, and the caller asked not to wait. */
export class BackpressureError extends PutRecordsError {
  readonly code = "PUT_RECORDS_BACKPRESSURE";
}

/** Ordering per key: an earlier record of the same key failed and may be sent again, so this one must not overtake it. */
export class PredecessorFailedError extends PutRecordsError {
  readonly code = "PUT_RECORDS_PREDECESSOR_FAILED";
}

/** The stream does not exist in this account and region. */
export class StreamNotFoundError extends PutRecordsError {
  readonly code = "PUT_RECORDS_STREAM_NOT_FOUND";
}

/** Credentials are missing, expired or may not write to the stream. */
export class CredentialsError extends PutRecordsError {
  readonly code = "PUT_RECORDS_CREDENTIALS";
}

/** Kinesis refused the request for another reason that a retry does not cure. */
export class RefusedError extends PutRecordsError {
  readonly code = "PUT_RECORDS_REFUSED";
}
