/**
 * Returns a delay in ms with full jitter: a uniform share of an exponentially growing, capped delay.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(failures: number, baseMs: number, capMs: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(failures, 30));
}

/** Delays of throttled records. The shard's rate limit slows them down; the delay only spreads the retries. */
export const THROTTLE_BASE_MS = 25;
export const THROTTLE_CAP_MS = 2000;

/**
 * Delays of requests that failed as a whole, and of records answered with InternalFailure. They are longer, because the
 * service itself is in trouble.
 */
export const FAILURE_BASE_MS = 100;
export const FAILURE_CAP_MS = 5000;

/** Retries due within this time of each other share requests, because a request costs more than its records. */
export const COALESCE_MS = 10;
