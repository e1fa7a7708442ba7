/** Records of one shard in a segment. */
interface Share {
  /** Index of the last record. */
  readonly lastIndex: number;
  readonly newestArrivalMs: number;
}

/** A segment as the journal knows it without reading it again. */
export class Segment {
  readonly number: number;
  size = 0;
  readonly #shares = new Map<string, Share>();

  constructor(number: number) {
    this.number = number;
  }

  note(shard: string, index: number, arrivalMs: number): void {
    const newest = this.#shares.get(shard)?.newestArrivalMs ?? arrivalMs;
    this.#shares.set(shard, { lastIndex: index, newestArrivalMs: Math.max(newest, arrivalMs) });
  }

  get newestArrivalMs(): number {
    return Math.max(0, ...Array.from(this.#shares.values(), (share) => share.newestArrivalMs));
  }

  shares(): Iterable<readonly [shard: string, share: Share]> {
    return this.#shares;
  }

  /** True if no shard needs its part of the segment. */
  isFree(isDoneWith: (shard: string, share: Share) => boolean): boolean {
    return [...this.#shares].every(([shard, share]) => isDoneWith(shard, share));
  }
}
