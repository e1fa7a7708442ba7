import { BREAKER_AFTER_MS, BREAKER_FORGETS_MS, BREAKER_PROBE_MS, MAX_RETRY_AFTER_SECONDS } from "../limits.ts";

/**
 * Notices that the stream has been away for seconds, so that requests are refused at once instead of waiting for their
 * deadline one by one. While it is away, one request a second goes through to find out whether it is back.
 */
export class Breaker {
  #pending = 0;
  /** Since when nothing was confirmed although something was asked. */
  #awaySinceMs: number | undefined;
  #lastUsedMs = 0;
  #nextProbeMs = 0;

  /** A record is on its way to the stream. */
  started(nowMs: number): void {
    // A failure of long ago tells nothing about now.
    if (this.#pending === 0 && nowMs - this.#lastUsedMs > BREAKER_FORGETS_MS) this.#awaySinceMs = undefined;
    this.#awaySinceMs ??= nowMs;
    this.#pending += 1;
    this.#lastUsedMs = nowMs;
  }

  /** @param isAnswer the stream itself has said something about the record, so it is there */
  settled(isAnswer: boolean, nowMs: number): void {
    this.#pending -= 1;
    this.#lastUsedMs = nowMs;
    if (isAnswer) this.#awaySinceMs = this.#pending > 0 ? nowMs : undefined;
  }

  /** How long the stream has been away; 0 while it is there, or may be. */
  outageMs(nowMs: number): number {
    if (this.#awaySinceMs === undefined) return 0;
    const outageMs = nowMs - this.#awaySinceMs;
    return outageMs >= BREAKER_AFTER_MS ? outageMs : 0;
  }

  /** True if the request has to be refused. One a second is let through as a probe. */
  refuses(nowMs: number): boolean {
    if (this.outageMs(nowMs) === 0) return false;
    if (nowMs < this.#nextProbeMs) return true;
    this.#nextProbeMs = nowMs + BREAKER_PROBE_MS;
    return false;
  }
}

/** Seconds to stay away: about as long as the outage has lasted, spread, so that clients do not come back together. */
export function retryAfterOutage(outageMs: number, random: () => number): number {
  const baseSeconds = Math.min(MAX_RETRY_AFTER_SECONDS / 2, Math.max(1, outageMs / 2_000));
  return Math.round(baseSeconds * (1 + random()));
}
