/** Entries of a cache by input. Two generations of them are held. */
export const MAX_CACHE_ENTRIES = 5_000;

/** Longest input that is cached, in UTF-16 units: bounds the bytes of a cache, not just its entries. */
export const MAX_CACHED_KEY_LENGTH = 2_048;

/** Longest part of a URL that is copied into an enrichment. */
export const MAX_URL_PART_LENGTH = 1_024;

/** Longest JSON that an enrichment of a team's own adds: an event must not become too large for its stream by it. */
export const MAX_OWN_RESULT_LENGTH = 16_384;
