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
  "PUT_RECORDS_UNAVAILABLE",
  "PUT_RECORDS_EXPIRED",
  "PUT_RECORDS_CANCELLED",
  "PUT_RECORDS_BACKPRESSURE",
  "PUT_RECORDS_PREDECESSOR_FAILED",
  "PUT_RECORDS_STREAM_NOT_FOUND",
  "PUT_RECORDS_STREAM_KEY",
  "PUT_RECORDS_CREDENTIALS",
  "PUT_RECORDS_INVALID_REQUEST",
  "PUT_RECORDS_REQUEST_TOO_LARGE",
  "PUT_RECORDS_REFUSED",
] as const;

/** One of the documented codes. */
export type PutRecordsErrorCode = (typeof errorCodes)[number];

/**
 * The part of the world a failure is about. `record`: this record will never be stored as it is, other records will.
 * `stream`: the stream takes no record until somebody mends it. `caller`: this process gets no record to any stream, or
 * called wrongly, until somebody mends that. `moment`: the same record may be stored by the next attempt.
 */
export type FaultConcern = "record" | "stream" | "caller" | "moment";

/** Base of every error of this package. `code` is stable and documented; `cause` is what the SDK threw, if it did. */
export abstract class PutRecordsError extends Error {
  abstract readonly code: PutRecordsErrorCode;
  /** Decide by this what to do with a record that failed; every code has one value. */
  abstract readonly concerns: FaultConcern;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Thrown by {@link createPutRecords}: an option has the wrong type or value. */
export class InvalidOptionError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INVALID_OPTION";
  readonly concerns = "caller";
}

/** Thrown by `put`: the first argument is not an array. */
export class InvalidRecordsError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INVALID_RECORDS";
  readonly concerns = "caller";
}

/** One record cannot be sent as it is: wrong type, no partition key, bad explicit hash key. Only this record fails. */
export class InvalidRecordError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INVALID_RECORD";
  readonly concerns = "record";
}

/** Thrown by `put` and `send` after `close`. */
export class ClosedError extends PutRecordsError {
  readonly code = "PUT_RECORDS_CLOSED";
  readonly concerns = "caller";
}

/** The record is larger than its stream takes. Only this record fails. */
export class OversizedRecordError extends PutRecordsError {
  readonly code = "PUT_RECORDS_OVERSIZED";
  readonly concerns = "record";
}

/** Attempts or time ran out while the shard or the stream was throttling. */
export class ThrottledError extends PutRecordsError {
  readonly code = "PUT_RECORDS_THROTTLED";
  readonly concerns = "moment";
}

/** Attempts or time ran out while Kinesis answered InternalFailure for the record. It may be stored. */
export class InternalFailureError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INTERNAL_FAILURE";
  readonly concerns = "moment";
}

/** The last request with the record ended without a usable answer: 5xx, reset, timeout. It may be stored. */
export class OutcomeUnknownError extends PutRecordsError {
  readonly code = "PUT_RECORDS_OUTCOME_UNKNOWN";
  readonly concerns = "moment";
}

/**
 * Kinesis was not reached, or it or a proxy turned the last request away without a word about its records. Not stored.
 */
export class UnavailableError extends PutRecordsError {
  readonly code = "PUT_RECORDS_UNAVAILABLE";
  readonly concerns = "moment";
}

/** The deadline passed before the record was sent. */
export class ExpiredError extends PutRecordsError {
  readonly code = "PUT_RECORDS_EXPIRED";
  readonly concerns = "moment";
}

/** The caller's signal aborted. */
export class CancelledError extends PutRecordsError {
  readonly code = "PUT_RECORDS_CANCELLED";
  readonly concerns = "moment";
}

/** No room within `maxInFlightBytes`, and the caller asked not to wait. */
export class BackpressureError extends PutRecordsError {
  readonly code = "PUT_RECORDS_BACKPRESSURE";
  readonly concerns = "moment";
}

/**
 * Ordering per key: an earlier record of the same key failed and may be sent again, so this one must not overtake it.
 */
export class PredecessorFailedError extends PutRecordsError {
  readonly code = "PUT_RECORDS_PREDECESSOR_FAILED";
  readonly concerns = "moment";
}

/** The stream does not exist in this account and region. */
export class StreamNotFoundError extends PutRecordsError {
  readonly code = "PUT_RECORDS_STREAM_NOT_FOUND";
  readonly concerns = "stream";
}

/** Kinesis cannot use the key the stream is encrypted with: disabled, deleted, or not allowed. */
export class StreamKeyError extends PutRecordsError {
  readonly code = "PUT_RECORDS_STREAM_KEY";
  readonly concerns = "stream";
}

/** Credentials are missing, expired or may not write to the stream. */
export class CredentialsError extends PutRecordsError {
  readonly code = "PUT_RECORDS_CREDENTIALS";
  readonly concerns = "caller";
}

/**
 * Kinesis refuses requests as invalid whatever records they hold: the stream's name, or every request of this client.
 */
export class InvalidRequestError extends PutRecordsError {
  readonly code = "PUT_RECORDS_INVALID_REQUEST";
  readonly concerns = "caller";
}

/** A proxy takes no request as large as one with this record alone. */
export class RequestTooLargeError extends PutRecordsError {
  readonly code = "PUT_RECORDS_REQUEST_TOO_LARGE";
  readonly concerns = "caller";
}

/** Kinesis refused the record as invalid, twice, in requests of its own. Only this record fails. */
export class RefusedError extends PutRecordsError {
  readonly code = "PUT_RECORDS_REFUSED";
  readonly concerns = "record";
}
