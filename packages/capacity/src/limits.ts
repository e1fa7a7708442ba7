/** Limits of the services that the model reckons with, each with its source. */

/** Write limits of a shard. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD_WRITE = { bytesPerSecond: 1_048_576, recordsPerSecond: 1_000 } as const;

/** Same page: what a shard gives all its polling readers together. */
export const SHARD_READ_BYTES_PER_SECOND = 2 * 1_048_576;

/** Same page: a new on-demand stream takes as much as four shards, and twice the peak of its last 30 days later on. */
export const ON_DEMAND_SHARDS = 4;

/**
 * Memory that comes with one whole vCPU; Node has no use for a second one.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const MEBIBYTES_PER_CPU = 1_769;

/**
 * Data of the records of an invocation: 6 MB, in which they are base64.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const INVOCATION_DATA_BYTES = (6 * 1_048_576 * 3) / 4;

/** Up to which enrichment packs: `PACKED_RECORD_BYTES` of its limits. */
export const PACKED_RECORD_BYTES = 65_536;

/** Shards get lanes, not events: with two each, the fullest gets at most half as much again as the mean. */
export const MIN_LANES_PER_SHARD = 2;

/** Invocations of a shard at the same time. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export const MAX_PARALLELIZATION = 10;

/** Of an account, by default. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const ACCOUNT_CONCURRENCY = 1_000;
