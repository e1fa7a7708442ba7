/**
 * Deepest nesting of an event, counting the event itself as 1. A limit of our own: recursive readers on the way (JSON
 * writers, validators, warehouses) fail somewhere in the thousands, each elsewhere, and real events stay below 20.
 */
export const MAX_EVENT_DEPTH = 128;

/**
 * Largest record written when the stream was not made larger: 1 MiB of data and partition key together.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** A UTF-16 unit has at most three bytes in UTF-8; a surrogate pair has four in two units. */
export const MAX_UTF8_BYTES_PER_UNIT = 3;

/**
 * Lanes of the enriched stream unless its environment sets another number: eight a shard where there are sixteen, so
 * that shards get equal parts. More lanes pack less.
 */
export const DEFAULT_LANES = 128;
/** Kinesis lists 10,000 shards of a stream at most; lanes beyond that only take packing away. */
export const MAX_LANES = 4_096;

/**
 * Events of many source records share a record up to this many bytes. A unit of 25 KB and Firehose's 5 KB are hardly
 * rounded beyond it, also where they are compressed, and what a broken reader gives up with one event stays small.
 */
export const PACKED_RECORD_BYTES = 64 * 1024;

/** Bytes of the partition key of a lane: `lane-4095`. */
export const LANE_PARTITION_KEY_BYTES = 9;

/** Bytes of a payload kept in a bad row: in base64 they leave a third of a 1 MiB record for the rest. */
export const MAX_BAD_ROW_PAYLOAD_BYTES = 512 * 1024;

/**
 * Lines of a record that are read. Ingest fills records up to 64 KiB, which the shortest events there are would make
 * some 500 lines; a record of more was written by something else.
 */
export const MAX_RECORD_LINES = 1_000;

/** Validation errors written onto an event. */
export const MAX_VALIDATION_ERRORS = 20;

/** Masked fields listed on an event. Further ones are only counted. */
export const MAX_REPORTED_FIELDS = 100;

/** Notes on repaired text and on numbers, listed on an event. Further ones are only counted. */
export const MAX_FIDELITY_NOTES = 20;

/** Text of a value quoted in a validation error, in UTF-16 units. */
export const MAX_QUOTED_LENGTH = 64;

/**
 * Privacy keys older than this are read again: a rotation reaches every running function within it. A read costs 0.05
 * USD per 10,000, https://aws.amazon.com/secrets-manager/pricing/.
 */
export const DEFAULT_PRIVACY_KEYS_REFRESH_SECONDS = 300;
export const MAX_PRIVACY_KEYS_REFRESH_SECONDS = 3_600;

/** Longest read of the privacy keys. Secrets Manager answers within tens of milliseconds. */
export const PRIVACY_KEYS_TIMEOUT_MS = 2_000;

/** Time kept of an invocation that waits for its first keys, to answer Lambda. */
export const GIVING_BACK_MARGIN_MS = 1_000;

/** Names of properties that a place in a privacy map remembers: those of its schema, and of those who add their own. */
export const MAX_REMEMBERED_NAMES = 1_000;

/**
 * Texts of JSON inside each other that are read. Each doubles the backslashes of the one around it; what is deeper is
 * masked whole.
 */
export const MAX_INNER_TEXTS = 4;

/** How long the events of a source count for whether it is broken; up to twice as long. */
export const SOURCE_WATCH_WINDOW_MS = 5 * 60 * 1_000;

/** Events of a source, all of them invalid, that make it a broken one: fewer may be one click of one visitor. */
export const BROKEN_SOURCE_EVENTS = 20;

/**
 * Invalid events of a source from which on their share counts: of few events one is a large share. Each instance counts
 * those that it reads.
 */
export const COUNTED_INVALID_EVENTS = 5;

/** Sources that are watched for both at once. */
export const MAX_WATCHED_SOURCES = 500;

/** Most bytes of a lookup's table when its options do not say it. */
export const DEFAULT_LOOKUP_BYTES = 32 * 1024 * 1024;

/** Age at which a lookup's table is looked at again when its options do not say it. */
export const DEFAULT_LOOKUP_REFRESH_SECONDS = 300;

/** Longest read of a lookup's table: 32 MiB from S3 take a function of 512 MB about a second. */
export const LOOKUP_TIMEOUT_MS = 20_000;

/** Longest wait of the first batch for the first read of a table; events then go on with a note. */
export const LOOKUP_FIRST_WAIT_MS = 5_000;
