/** Characters of an attribute in a list. */
export const MAX_LISTED_TEXT = 200;
/** Bytes of one copy in an explanation; a larger one is cut. */
export const MAX_COPY_TEXT = 256 * 1024;
/** Copies of one kind in an explanation. */
export const MAX_COPIES = 20;
/** Events that a feed keeps for pages that open. */
export const KEPT_EVENTS = 2_000;
/** Groups (source, type, contract) that quality tells apart. */
export const MAX_GROUPS = 500;
/** Builds and sets of contracts whose first events are kept. */
export const MAX_STAMPS = 100;
/** Paths of a group. */
export const MAX_FAULTS = 50;
/** Newest copies of a destination that the figures of its routes are made of. */
export const FLOW_COPIES = 500;
/** How long these figures stay good. */
export const FLOW_KEPT_MS = 4_000;
/** Ids of events that have a fault. */
export const KEPT_SAMPLES = 5;
/** Minutes of quality. */
export const KEPT_MINUTES = 180;
/** Records that quality reads back when it is first asked. */
export const BACKFILL_RECORDS = 60_000;
/** How long it reads back at most; a stream of an environment gives little a second. */
export const BACKFILL_MS = 10_000;
/** Time that one search may take before it answers with what it has. */
export const SEARCH_BUDGET_MS = 1_500;
export const SEARCH_BUDGET_RECORDS = 100_000;
export const MAX_SEARCH_LIMIT = 500;
/** Bytes that wait for a slow browser before it loses events. */
export const MAX_WAITING_BYTES = 512 * 1024;
/** Browsers that may follow at the same time. */
export const MAX_FOLLOWERS = 20;
export const MAX_BODY_BYTES = 512 * 1024;
