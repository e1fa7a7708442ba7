import type { Shard } from "@aws-sdk/client-kinesis";
import { toHex } from "./hash-key.ts";

interface Range {
  readonly start: string;
  readonly end: string;
  readonly shardId: string;
}

/** The open shards and their hash ranges, as ListShards gave them. */
export class ShardMap {
  readonly #ranges: readonly Range[];
  readonly #ids: ReadonlySet<string>;

  constructor(shards: readonly Shard[]) {
    const ranges: Range[] = [];
    for (const shard of shards) {
      const { StartingHashKey: start, EndingHashKey: end } = shard.HashKeyRange ?? {};
      const isClosed = shard.SequenceNumberRange?.EndingSequenceNumber !== undefined;
      if (isClosed || start === undefined || end === undefined || shard.ShardId === undefined) continue;
      ranges.push({ start: toHex(start), end: toHex(end), shardId: shard.ShardId });
    }
    this.#ranges = ranges.sort((a, b) => (a.start < b.start ? -1 : 1));
    this.#ids = new Set(ranges.map((range) => range.shardId));
  }

  get size(): number {
    return this.#ranges.length;
  }

  has(shardId: string): boolean {
    return this.#ids.has(shardId);
  }

  /** The open shard for a hash, or undefined where the map has a gap (it was read in the middle of a reshard). */
  shardOf(hash: string): string | undefined {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.#ranges[middle];
      if (range === undefined) return undefined;
      if (hash < range.start) high = middle - 1;
      else if (hash > range.end) low = middle + 1;
      else return range.shardId;
    }
    return undefined;
  }
}
