import { DEFAULT_BURST_SECONDS } from "../limits.ts";
import type { Quotas } from "../write-keys.ts";
import { Lane } from "./fair-queue.ts";
import type { Holding } from "./shared-budget.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Budgets in use and quotas used up by one key. */
export class Account {
  readonly bytes: Holding = { held: 0 };
  readonly requests: Holding = { held: 0 };
  readonly lane = new Lane();
  lastSeenMs = 0;
  #quotas: Quotas = {};
  #events: TokenBucket | undefined;
  #bytesSent: TokenBucket | undefined;

  /** Follows the key document; what is unchanged goes on counting. */
  follow(quotas: Quotas, nowMs: number): void {
    if (quotas === this.#quotas) return;
    const { eventsPerSecond, bytesPerSecond, burstSeconds } = this.#quotas;
    const isSameBurst = quotas.burstSeconds === burstSeconds;
    if (quotas.eventsPerSecond !== eventsPerSecond || !isSameBurst) {
      this.#events = createBucket(quotas.eventsPerSecond, quotas, nowMs);
    }
    if (quotas.bytesPerSecond !== bytesPerSecond || !isSameBurst) {
      this.#bytesSent = createBucket(quotas.bytesPerSecond, quotas, nowMs);
    }
    this.#quotas = quotas;
  }

  /** Milliseconds until the quotas let another request in; 0 now. */
  quotaWaitMs(nowMs: number): number {
    return Math.max(this.#events?.waitMs(nowMs) ?? 0, this.#bytesSent?.waitMs(nowMs) ?? 0);
  }

  countEvents(events: number, nowMs: number): void {
    this.#events?.take(events, nowMs);
  }

  countBytes(bytes: number, nowMs: number): void {
    this.#bytesSent?.take(bytes, nowMs);
  }
}

function createBucket(perSecond: number | undefined, { burstSeconds }: Quotas, nowMs: number): TokenBucket | undefined {
  return perSecond === undefined ? undefined : new TokenBucket(perSecond, burstSeconds ?? DEFAULT_BURST_SECONDS, nowMs);
}
