export { type Clock, systemClock } from "./clock.ts";
export { createKinesisClient, type KinesisClientOptions } from "./kinesis-client.ts";
export { createPutRecords } from "./create-put-records.ts";
export {
  BackpressureError,
  CancelledError,
  ClosedError,
  CredentialsError,
  ExpiredError,
  InternalFailureError,
  InvalidOptionError,
  InvalidRecordError,
  InvalidRecordsError,
  OutcomeUnknownError,
  OversizedRecordError,
  PredecessorFailedError,
  PutRecordsError,
  type PutRecordsErrorCode,
  RefusedError,
  StreamNotFoundError,
  ThrottledError,
} from "./errors.ts";
export {
  DEFAULT_MAX_RECORD_BYTES,
  LARGEST_MAX_RECORD_BYTES,
  MAX_PARTITION_KEY_CHARACTERS,
  MAX_RECORDS_PER_REQUEST,
  MAX_REQUEST_BYTES,
} from "./limits.ts";
export type {
  AmbiguousReport,
  Delivered,
  Delivery,
  Failed,
  FailureReason,
  KinesisSender,
  PutOptions,
  PutRecord,
  PutRecords,
  PutRecordsHooks,
  PutRecordsOptions,
  PutRecordsStats,
  RequestReport,
  ThrottleReport,
} from "./types.ts";
