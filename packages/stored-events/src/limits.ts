/** Most that Firehose holds a record back: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
export const LONGEST_BUFFERING_MS = 900_000;

/**
 * Most that a function takes from the beginning of its work to its end:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
 */
export const LONGEST_INVOCATION_MS = 900_000;

/** A look at a shard a second: Kinesis allows five, which the pipeline's own readers share. */
export const LOOK_EVERY_MS = 1_000;

/** Of the 2 MiB that a shard gives each second to all its readers. */
export const READ_BYTES_PER_LOOK = 1_000_000;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const MAX_RECORDS_PER_LOOK = 10_000;

/** Records asked for first, while their size is unknown. */
export const FIRST_RECORDS_PER_LOOK = 10;

/**
 * Records asked for when those before took longer than a look: a large answer is a burst of work for everybody who
 * shares the machine, and whoever takes his time needs none.
 */
export const RECORDS_PER_SLOW_LOOK = 250;

/** Throttled looks at a shard in a row before the reader gives up. */
export const MAX_THROTTLED_LOOKS = 60;

/** Lines handed on at once. */
export const LINES_PER_BATCH = 500;
