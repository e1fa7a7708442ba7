/** Kinesis's default maximum of one record, data and partition key together (PutRecords API reference). */
export const MAX_RECORD_BYTES = 1_048_576;

/**
 * Lines of a record that are read: as many as enrichment reads of a raw record, so it writes none of more.
 * Each may become a record in every destination.
 */
export const MAX_RECORD_LINES = 1_000;

/**
 * Bytes of events one record is filled with: below the maximum by the longest partition key (256 characters of 4
 * bytes).
 */
export const MAX_RECORD_DATA_BYTES = MAX_RECORD_BYTES - 1_024;

/**
 * Time one invocation spends on one destination when its routes do not say otherwise: enough for a cold first call and
 * for a burst that a shard works off, a quarter of the function's timeout. A dead destination costs it once, then its
 * breaker is open.
 */
export const DEFAULT_BUDGET_MS = 8_000;

/** Each budget that ran out divides the next by four, down to this; a whole success restores it. */
export const LEAST_BUDGET_MS = 100;

/** Calls in a row of which nothing was delivered, after which a destination is left alone. */
export const FAILURES_TO_OPEN = 2;

/** How long it is left alone before one record is tried; doubled after each try that failed. */
export const FIRST_PROBE_AFTER_MS = 5_000;
export const LONGEST_PROBE_AFTER_MS = 60_000;

/** Time one try may take. */
export const PROBE_BUDGET_MS = 500;

/** How long a look for newer routes may hold up a batch. */
export const RELOAD_TIMEOUT_MS = 1_000;

/**
 * Bytes of a payload kept in a bad row, as its schema has it: in base64 they leave a third of a record for the rest.
 */
export const MAX_BAD_ROW_PAYLOAD_BYTES = 512 * 1_024;

/** Events whose identity one environment remembers at most, to count copies, and half of them at least: 1.5 MB. */
export const SEEN_IDENTITIES = 20_000;

/** For so long. A worker that died is replaced, and its batch read again, within minutes. */
export const SEEN_IDENTITY_MS = 600_000;
