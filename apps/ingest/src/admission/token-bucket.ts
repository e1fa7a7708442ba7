/**
 * A rate that may be exceeded for a while. The cost of a request is known only afterwards (the bytes of a body, its
 * events), so the bucket may go into debt, and lets no request in until the debt is paid.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #level: number;
  #updatedMs: number;

  constructor(perSecond: number, burstSeconds: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#capacity = perSecond * burstSeconds;
    this.#level = this.#capacity;
    this.#updatedMs = nowMs;
  }

  /** Milliseconds until something may be taken; 0 now. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#level > 0 ? 0 : Math.max(1, (-this.#level / this.#perSecond) * 1_000);
  }

  take(amount: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#level -= amount;
  }

  #fill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#updatedMs);
    this.#level = Math.min(this.#capacity, this.#level + (elapsedMs / 1_000) * this.#perSecond);
    this.#updatedMs = nowMs;
  }
}
