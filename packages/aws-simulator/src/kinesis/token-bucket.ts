/**
 * Tokens that come back at a steady rate up to a capacity. An amount above the capacity is let through when the bucket
 * is full and leaves a debt, so that the average still holds: this is how AWS describes large records and large reads.
 */
export class TokenBucket {
  readonly ratePerSecond: number;
  readonly capacity: number;
  #tokens: number;
  #updatedMs: number;

  constructor(ratePerSecond: number, capacity: number, nowMs: number) {
    this.ratePerSecond = ratePerSecond;
    this.capacity = capacity;
    this.#tokens = capacity;
    this.#updatedMs = nowMs;
  }

  /** Tokens there are at `nowMs`; negative while a debt is being paid. */
  available(nowMs: number): number {
    // A clock that was set back gives nothing and takes nothing.
    if (nowMs > this.#updatedMs) {
      this.#tokens = Math.min(this.capacity, this.#tokens + ((nowMs - this.#updatedMs) * this.ratePerSecond) / 1000);
      this.#updatedMs = nowMs;
    }
    return this.#tokens;
  }

  /** True if `amount` may be taken now. */
  has(amount: number, nowMs: number): boolean {
    return this.available(nowMs) >= Math.min(amount, this.capacity);
  }

  /** Takes `amount` without asking. */
  take(amount: number, nowMs: number): void {
    this.available(nowMs);
    this.#tokens -= amount;
  }

  /** Throws away what is there. */
  drain(nowMs: number): void {
    this.#tokens = Math.min(0, this.available(nowMs));
  }

  /** Takes `amount` if it may be taken. */
  tryTake(amount: number, nowMs: number): boolean {
    if (!this.has(amount, nowMs)) return false;
    this.#tokens -= amount;
    return true;
  }

  /** A bucket with another rate or capacity and the same fill, for a stream whose settings changed. */
  resized(ratePerSecond: number, capacity: number, nowMs: number): TokenBucket {
    const bucket = new TokenBucket(ratePerSecond, capacity, nowMs);
    bucket.take(capacity - Math.min(capacity, this.available(nowMs)), nowMs);
    return bucket;
  }
}
