/** Requests that one writer has under way at a time. */
export const MAX_REQUESTS_IN_FLIGHT = 8;

/** Time of a put that was given no deadline, as a redrive's. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** The longest that one request waits for its answer. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** Waits between two attempts are drawn up to these, which double from the first to the second. */
export const FIRST_WAIT_MS = 50;
export const LONGEST_WAIT_MS = 2_000;

/** Bytes of undelivered events in one object, before gzip, which has to be done while the batch waits. */
export const MAX_UNDELIVERED_OBJECT_BYTES = 8 * 1_048_576;

/** One attempt to store them, and the waits between attempts, which double. */
export const UNDELIVERED_ATTEMPT_MS = 2_000;
export const UNDELIVERED_WAIT_MS = 50;
export const UNDELIVERED_LONGEST_WAIT_MS = 1_000;
