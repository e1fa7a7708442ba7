// The service's own limits are in apps/ingest/src/limits.ts and its README; a test of apps/ingest compares them.

/** Events that the service takes in one request (`MAX_EVENTS_PER_REQUEST`). */
export const MAX_REQUEST_EVENTS = 500;

/** Bytes of a body that the service takes (`MAX_BODY_BYTES`), before and after decompression. */
export const MAX_REQUEST_BYTES = 2_097_152;

/** Bytes of one event as the service stores it (`MAX_EVENT_BYTES`). */
export const MAX_EVENT_BYTES = 262_144;

/**
 * Bodies of all requests that may outlive a page, together. A browser refuses the request that exceeds it.
 * https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
 */
export const KEEPALIVE_BUDGET_BYTES = 65_536;

/** The longest delay of a timer in browsers and Node; a longer one fires at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** Retries spread over up to one second at first, and over up to a minute in the end. */
export const RETRY_BASE_MS = 1_000;
export const RETRY_CAP_MS = 60_000;

/** The longest `Retry-After` that is followed: a proxy's mistake shall not silence a client for a year. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/** A shorter body fits into one packet as it is. */
export const MIN_GZIP_BYTES = 1_400;

/** The service refuses a body that unfolds to more than a hundred times its size (`MAX_INFLATE_RATIO`). */
export const MAX_GZIP_RATIO = 50;

/** Without Web Locks, rows of another tab are taken over at this age. */
export const ORPHAN_AGE_MS = 60_000;
