/**
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html gives the ranges and defaults below.
 */
export const defaultBatchSize = 100;
export const maxBatchSize = 10_000;
export const maxBatchingWindowSeconds = 300;
export const maxParallelizationFactor = 10;
export const maxRetryAttempts = 10_000;
export const minRecordAgeSeconds = 60;
export const maxRecordAgeSeconds = 604_800;

/** Stands for "no limit" in MaximumRetryAttempts and MaximumRecordAgeInSeconds; the default of both. */
export const unlimited = -1;

/**
 * "Lambda invokes your function when … the payload size reaches 6 MB", also the quota of a synchronous invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const maxPayloadBytes = 6 * 1024 * 1024;

/**
 * AWS documents that a failed batch is retried, not how long it waits in between. Assumed: one second, doubling to one
 * minute. (LocalStack waits 0.5 s, growing by half to a minute.)
 */
export const retryBackoffBaseMs = 1_000;
export const retryBackoffMaxMs = 60_000;

/** Records a mapping holds per shard before it stops reading: two full batches for each concurrent invocation. */
export const bufferedBatchesPerLane = 2;

/** Function timeouts. https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
export const defaultTimeoutMs = 3_000;
export const maxTimeoutMs = 900_000;

/** Memory of a function. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const defaultMemoryMb = 128;
export const minMemoryMb = 128;
export const maxMemoryMb = 10_240;

/** "Init … is limited to 10 seconds." https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
export const initTimeoutMs = 10_000;

/**
 * Largest response of a synchronous invocation. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const maxResponseBytes = 6 * 1024 * 1024;
