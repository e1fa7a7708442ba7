/**
 * Full jitter: a uniform share of an exponentially growing, capped delay.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(failures: number, baseMs: number, capMs: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(failures, 30));
}

/** Throttled records: the shard's rate limit does the slowing down, the delay only spreads the retries. */
export const THROTTLE_BASE_MS = 25;
export const THROTTLE_CAP_MS = 2000;

/**
 * Requests that failed as a whole, and records answered with InternalFailure: the service is unwell, so tread softly.
 */
export const FAILURE_BASE_MS = 100;
export const FAILURE_CAP_MS = 5000;

/** Retries due within this time of each other share requests: a request costs more than its records. */
export const COALESCE_MS = 10;
