import { MAX_RETRY_AFTER_MS, RETRY_BASE_MS, RETRY_CAP_MS } from "./limits.ts";

/**
 * Milliseconds that `Retry-After` asks for: seconds, or a date. `undefined` when there is none that can be read.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

/**
 * Full jitter, and never before `Retry-After`.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelay(failures: number, retryAfterMs: number | undefined, random: () => number): number {
  const jitterMs = random() * Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** Math.min(failures, 16));
  return Math.max(retryAfterMs ?? 0, jitterMs);
}
