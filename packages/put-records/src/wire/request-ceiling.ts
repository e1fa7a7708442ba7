/** Time for which a refused size limits requests. Larger ones are tried after it, because proxies get reconfigured. */
const BELIEF_MS = 60_000;

/** Once a request with at least this share of the refused size has passed, no larger one is tried. */
const CLOSE_ENOUGH = 7 / 8;

/** JSON round one record: names, quotes, brackets. */
const BYTES_AROUND_RECORD = 40;

/** Returns the approximate bytes of a request's body, which holds data in base64. */
export function bodyBytesOf(records: number, bytes: number): number {
  return Math.ceil((bytes * 4) / 3) + records * BYTES_AROUND_RECORD;
}

/**
 * The largest request body that passes every proxy on the way to Kinesis. Kinesis takes 10 MiB; many proxies take less
 * and answer 413 without naming their limit. So half of the refused size is tried, then the middle between the largest
 * size that passed and the refused one.
 */
export class RequestCeiling {
  #bytes = Number.POSITIVE_INFINITY;
  #refusedBytes = Number.POSITIVE_INFINITY;
  #believedUntil = Number.NEGATIVE_INFINITY;

  /** Returns the largest body in bytes that may be sent now. */
  at(now: number): number {
    return now < this.#believedUntil ? this.#bytes : Number.POSITIVE_INFINITY;
  }

  /** Notes a body that a proxy refused as too large. */
  refused(bodyBytes: number, now: number): void {
    if (now >= this.#believedUntil || bodyBytes < this.#refusedBytes) this.#refusedBytes = bodyBytes;
    this.#bytes = Math.min(this.at(now), Math.floor(bodyBytes / 2));
    this.#believedUntil = now + BELIEF_MS;
  }

  /** Notes a body that passed. */
  passed(bodyBytes: number): void {
    // It is as large as the refused one, so the size was not the reason, or the limit was raised.
    if (bodyBytes >= this.#refusedBytes) this.#believedUntil = Number.NEGATIVE_INFINITY;
    else if (bodyBytes < this.#refusedBytes * CLOSE_ENOUGH) {
      this.#bytes = Math.max(this.#bytes, Math.floor((bodyBytes + this.#refusedBytes) / 2));
    }
  }
}
