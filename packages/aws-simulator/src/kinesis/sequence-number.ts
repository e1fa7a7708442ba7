/**
 * Sequence numbers in the style of AWS: decimal numbers of 56 digits that begin with 49 and grow within a shard. The
 * layout (version, creation time of the shard, index, arrival time, shard) is the one kinesalite found in production,
 * see https://github.com/mhart/kinesalite/blob/master/db/index.js (`stringifySequence`); consumers must not rely on it.
 *
 * bits, from the top: 2 (4) · shard created, seconds (36) · low digit of the shard (4) · index (64) · 0 (8) · arrived,
 * seconds (36) · shard (32) · 2 (4)
 */
const INDEX_SHIFT = 80n;
const TIME_SHIFT = 36n;
const maxIndex = 0x7fffffffffffffffn;

export interface ParsedSequenceNumber {
  readonly shardIndex: number;
  readonly shardCreatedSeconds: number;
}

/** Hands out the sequence numbers of one shard. */
export class SequenceNumbers {
  readonly starting: string;
  readonly #prefix: bigint;
  readonly #suffix: bigint;
  #index = 0n;
  #last: string;

  constructor(shardIndex: number, createdMs: number) {
    const seconds = BigInt(Math.floor(createdMs / 1000));
    this.#prefix = (((2n << 36n) | seconds) << 4n) | BigInt(shardIndex & 0xf);
    this.#suffix = (BigInt(shardIndex) << 4n) | 2n;
    this.starting = this.#compose(0n, seconds);
    this.#last = this.starting;
  }

  /** The number given out last; the starting number when none was. */
  get last(): string {
    return this.#last;
  }

  /** Index of the number given out last, counted from 1; 0 when none was. */
  get lastIndex(): number {
    return Number(this.#index);
  }

  next(nowMs: number): string {
    this.#index += 1n;
    this.#last = this.#compose(this.#index, BigInt(Math.floor(nowMs / 1000)));
    return this.#last;
  }

  /** The number of the record with that index which arrived at that time. */
  at(index: number, arrivalMs: number): string {
    return this.#compose(BigInt(index), BigInt(Math.floor(arrivalMs / 1000)));
  }

  /** Goes on behind a number that an earlier process gave out. */
  resumeAfter(index: number, arrivalMs: number): void {
    this.#index = BigInt(index);
    this.#last = this.at(index, arrivalMs);
  }

  /** The number that closes the shard: greater than every one given out. */
  ending(nowMs: number): string {
    return this.#compose(maxIndex, BigInt(Math.floor(nowMs / 1000)));
  }

  #compose(index: bigint, seconds: bigint): string {
    return (
      (((this.#prefix << 64n) | index) << INDEX_SHIFT) |
      ((seconds & 0xfffffffffn) << TIME_SHIFT) |
      this.#suffix
    ).toString();
  }
}

/** Reads a sequence number; `undefined` when it cannot have come from a shard. */
export function parseSequenceNumber(text: string): ParsedSequenceNumber | undefined {
  if (!/^[1-9]\d{54,57}$/.test(text)) return undefined;
  const value = BigInt(text);
  if (value >> 184n !== 2n || (value & 0xfn) !== 2n) return undefined;
  return {
    shardIndex: Number((value >> 4n) & 0xffffffffn),
    shardCreatedSeconds: Number((value >> 148n) & 0xfffffffffn),
  };
}

/** The part of a sequence number that grows with each record of its shard. */
export function indexOfSequenceNumber(sequenceNumber: string): number {
  return Number((BigInt(sequenceNumber) >> INDEX_SHIFT) & 0xffffffffffffffffn);
}

/** Orders decimal numbers written without leading zeros. */
export function compareSequenceNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The smallest number greater than `sequenceNumber`. */
export function incrementSequenceNumber(sequenceNumber: string): string {
  return (BigInt(sequenceNumber) + 1n).toString();
}
