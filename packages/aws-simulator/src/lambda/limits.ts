/**
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html gives the ranges and defaults below.
 */
export const DEFAULT_BATCH_SIZE = 100;
export const MAX_BATCH_SIZE = 10_000;
export const MAX_BATCHING_WINDOW_SECONDS = 300;
export const MAX_PARALLELIZATION_FACTOR = 10;
export const MAX_RETRY_ATTEMPTS = 10_000;
export const MIN_RECORD_AGE_SECONDS = 60;
export const MAX_RECORD_AGE_SECONDS = 604_800;

/** Stands for "no limit" in MaximumRetryAttempts and MaximumRecordAgeInSeconds; the default of both. */
export const UNLIMITED = -1;

/**
 * "Lambda invokes your function when … the payload size reaches 6 MB", also the quota of a synchronous invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/**
 * AWS documents that a failed batch is retried, not how long it waits in between. Assumed: one second, doubling to one
 * minute. (LocalStack waits 0.5 s, growing by half to a minute.)
 */
export const RETRY_BACKOFF_BASE_MS = 1_000;
export const RETRY_BACKOFF_MAX_MS = 60_000;

/** Records a mapping holds per shard before it stops reading: two full batches for each concurrent invocation. */
export const BUFFERED_BATCHES_PER_LANE = 2;

/** Function timeouts. https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
export const DEFAULT_TIMEOUT_MS = 3_000;
export const MAX_TIMEOUT_MS = 900_000;

/** Memory of a function. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const DEFAULT_MEMORY_MB = 128;
export const MIN_MEMORY_MB = 128;
export const MAX_MEMORY_MB = 10_240;

/** "Init … is limited to 10 seconds." https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
export const INIT_TIMEOUT_MS = 10_000;

/**
 * Largest response of a synchronous invocation. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;
