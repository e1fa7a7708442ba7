/** Entries begin with these four bytes, so that reading can go on behind a damaged stretch. "MRJ1". */
export const entryMagic = 0x4d524a31;

/** Magic, length and checksum, four bytes each. */
export const ENTRY_HEADER_BYTES = 12;

/** The largest record of Kinesis is 10 MiB; anything longer is no length that was ever written. */
export const MAX_ENTRY_BYTES = 16 * 1024 * 1024;

/** A segment is closed, and the next begun, when it holds so much. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

/** Bytes of all segments above which the oldest ones are deleted, if every consumer has read them. */
export const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024;

/** Closed segments that are open for reading at a time. */
export const MAX_OPEN_SEGMENTS = 8;

/** Read at once from a segment: the next records of a shard lie close to one another. */
export const READ_AHEAD_BYTES = 256 * 1024;

/** So many stretches that were read ahead are kept: consumers that fell behind are at different places. */
export const MAX_READ_AHEADS = 16;

/** The newest records are kept in memory; older records are read from their segment. */
export const RECENT_BYTES = 64 * 1024 * 1024;

/** Entries are gathered in pieces of memory of this size. */
export const SLAB_BYTES = 256 * 1024;

/** Checkpoints wait at most so long for a group of records to be written with. */
export const CHECKPOINT_DELAY_MS = 100;

/** Written to see whether there is room again: more than a group of records usually takes. */
export const PROBE_BYTES = 64 * 1024;

/** Rows of the index are in memory for so many of the latest segments; those of older ones are on disk. */
export const INDEXED_SEGMENTS = 4;

/** Of each shard, rows of so many older segments are kept that were read last. */
export const MAX_LOADED_RUNS = 2;
