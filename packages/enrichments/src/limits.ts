/** Entries of a cache by input. Two generations of them are held. */
export const maxCacheEntries = 5_000;

/** Longest input that is cached, in UTF-16 units: bounds the bytes of a cache, not just its entries. */
export const maxCachedKeyLength = 2_048;

/** Longest part of a URL that is copied into an enrichment. */
export const maxUrlPartLength = 1_024;

/** Longest JSON that an enrichment of a team's own adds: an event must not become too large for its stream by it. */
export const maxOwnResultLength = 16_384;
