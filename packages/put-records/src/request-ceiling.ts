/** A refused size is believed for so long; then larger requests are tried again, because proxies are mended as well. */
const BELIEF_MS = 60_000;

/** Where a request passes that has at least this share of the refused size, no larger one is tried. */
const CLOSE_ENOUGH = 7 / 8;

/** JSON round one record: names, quotes, brackets. */
const BYTES_AROUND_RECORD = 40;

/** Bytes of a request's body, about: data is base64 there. */
export function bodyBytesOf(records: number, bytes: number): number {
  return Math.ceil((bytes * 4) / 3) + records * BYTES_AROUND_RECORD;
}

/**
 * The largest request that something on the way to Kinesis lets pass. Kinesis takes 10 MiB; many proxies take less and
 * answer 413 without saying how much. So half of what was refused is tried, and then the middle between what passed and
 * what did not.
 */
export class RequestCeiling {
  #bytes = Number.POSITIVE_INFINITY;
  #refusedBytes = Number.POSITIVE_INFINITY;
  #believedUntil = Number.NEGATIVE_INFINITY;

  /** Most bytes of a body now. */
  at(now: number): number {
    return now < this.#believedUntil ? this.#bytes : Number.POSITIVE_INFINITY;
  }

  /** A request was too large for something on the way. */
  refused(bodyBytes: number, now: number): void {
    if (now >= this.#believedUntil || bodyBytes < this.#refusedBytes) this.#refusedBytes = bodyBytes;
    this.#bytes = Math.min(this.at(now), Math.floor(bodyBytes / 2));
    this.#believedUntil = now + BELIEF_MS;
  }

  /** A request came through. */
  passed(bodyBytes: number): void {
    // As large as one that was refused: the size was not the reason, or is no more.
    if (bodyBytes >= this.#refusedBytes) this.#believedUntil = Number.NEGATIVE_INFINITY;
    else if (bodyBytes < this.#refusedBytes * CLOSE_ENOUGH) {
      this.#bytes = Math.max(this.#bytes, Math.floor((bodyBytes + this.#refusedBytes) / 2));
    }
  }
}
