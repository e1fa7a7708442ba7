/** An answer that takes longer is none: the next canaries are a minute behind. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** A key that was rotated is taken up within two invocations. */
export const KEY_MAX_AGE_MS = 120_000;

/** Time to read the write key. */
export const KEY_TIMEOUT_MS = 5_000;
