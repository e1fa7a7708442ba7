import { FAILURES_TO_OPEN, FIRST_PROBE_AFTER_MS, LONGEST_PROBE_AFTER_MS } from "../limits.ts";

/** The records that may be sent now: everything, one record to see whether the destination lives, or nothing. */
export type Admission = "all" | "probe" | "none";

/**
 * Remembers whether a destination takes records. Closed, it admits everything; after some failures in a row it opens
 * and admits nothing; from time to time it admits one probe, and closes when that succeeds.
 */
export class CircuitBreaker {
  #failures = 0;
  #waitMs = FIRST_PROBE_AFTER_MS;
  /** Epoch ms of the next probe; undefined while closed. */
  #probeAt: number | undefined;
  #isProbing = false;

  get isOpen(): boolean {
    return this.#probeAt !== undefined;
  }

  /** A probe that was admitted must be answered for by `succeeded` or `failed`; until then no other is. */
  admit(now: number): Admission {
    if (this.#probeAt === undefined) return "all";
    if (this.#isProbing || now < this.#probeAt) return "none";
    this.#isProbing = true;
    return "probe";
  }

  succeeded(): void {
    this.#isProbing = false;
    this.#failures = 0;
    this.#waitMs = FIRST_PROBE_AFTER_MS;
    this.#probeAt = undefined;
  }

  /** @param isFatal true if no later try can succeed soon: no such stream, no permission. */
  failed(now: number, isFatal: boolean): void {
    this.#isProbing = false;
    this.#failures += 1;
    if (this.#probeAt !== undefined) this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_PROBE_AFTER_MS);
    else if (!isFatal && this.#failures < FAILURES_TO_OPEN) return;
    this.#probeAt = now + this.#waitMs;
  }
}
