/** Characters of an attribute in a list. */
export const maxListedText = 200;
/** Bytes of one copy in an explanation; a larger one is cut. */
export const maxCopyText = 256 * 1024;
/** Copies of one kind in an explanation. */
export const maxCopies = 20;
/** Events that a feed keeps for pages that open. */
export const keptEvents = 2_000;
/** Groups (source, type, contract) that quality tells apart. */
export const maxGroups = 500;
/** Builds and sets of contracts whose first events are kept. */
export const maxStamps = 100;
/** Paths of a group. */
export const maxFaults = 50;
/** Newest copies of a destination that the figures of its routes are made of. */
export const flowCopies = 500;
/** How long these figures stay good. */
export const flowKeptMs = 4_000;
/** Ids of events that have a fault. */
export const keptSamples = 5;
/** Minutes of quality. */
export const keptMinutes = 180;
/** Records that quality reads back when it is first asked. */
export const backfillRecords = 60_000;
/** How long it reads back at most; a stream of an environment gives little a second. */
export const backfillMs = 10_000;
/** Time that one search may take before it answers with what it has. */
export const searchBudgetMs = 1_500;
export const searchBudgetRecords = 100_000;
export const maxSearchLimit = 500;
/** Bytes that wait for a slow browser before it loses events. */
export const maxWaitingBytes = 512 * 1024;
/** Browsers that may follow at the same time. */
export const maxFollowers = 20;
export const maxBodyBytes = 512 * 1024;
