/**
 * "Lambda polls each shard at a base rate of once per second."
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export const POLL_INTERVAL_MS = 1_000;

/**
 * A shard answers five GetRecords calls a second, shared by all its consumers; a reader that lags takes at most this
 * share of them. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export const CATCH_UP_INTERVAL_MS = 250;

/**
 * Most records one GetRecords call returns. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
export const MAX_RECORDS_PER_READ = 10_000;
