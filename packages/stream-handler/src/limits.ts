/** Kept back before Lambda's timeout, for the answer to go out. */
export const DEFAULT_SAFETY_MARGIN_MS = 1000;

/** The margin never takes more than this share of the time there is, or a short timeout would leave none to work in. */
export const MAX_MARGIN_SHARE = 0.5;

/** Of the time for work, what processing may take: what was processed must also be written to be of use. */
export const PROCESS_SHARE = 0.75;

/**
 * Time one source record may take. A record of 1 MiB takes a tenth of it, so it tells a record that stops its shard
 * from one that is merely large, and the records behind it wait for seconds.
 */
export const DEFAULT_RECORD_TIMEOUT_MS = 5000;

/** Of the time for work, kept back for what `onFailedOutput` diverts. */
export const DIVERT_SHARE = 0.25;
export const MAX_DIVERT_MS = 5000;

/**
 * Source records remembered per shard, of batches confirmed to their end and of others: the largest batch of an event
 * source mapping.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export const DEFAULT_REMEMBERED_RECORDS_PER_SHARD = 10_000;

/**
 * How long a batch is remembered that was confirmed to its end. It comes again at once, when Lambda did not get the
 * answer, or when another of Lambda's pollers takes the shard over.
 */
export const REMEMBERED_MS = 300_000;

/** Shards remembered; an execution environment may meet many over its life, but few at a time. */
export const REMEMBERED_SHARDS = 32;

/** Source records processed between two rounds of writing, so that the network works while we do. */
export const RECORDS_PER_ROUND = 500;
