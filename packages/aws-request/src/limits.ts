/**
 * A read of a secret that failed is tried again after this long, doubled up to the maximum while there is no value yet.
 */
export const RETRY_MS = { min: 250, max: 5_000 } as const;

/** Share of a delay that is left to chance, so that the instances of a service do not ask together. */
export const JITTER_SHARE = 0.2;

/**
 * A read that took this many times its time-out did not take it: Lambda had frozen the process in between.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export const FROZEN_TIMEOUTS = 2;
