import { getFips, hash } from "node:crypto";
import { MAX_LANES } from "../limits.ts";

/** Where a lane's records go: a partition key of its own, and the first place of its range in the hash space. */
export interface Lane {
  readonly partitionKey: string;
  readonly explicitHashKey: string;
}

const HASH_SPACE_BITS = 128;

/**
 * Divides the hash space of a stream into equal ranges. A partition key is always in the same lane, and keys that share
 * a shard of one stream share few lanes of the next.
 *
 * @param count a power of two
 * @throws RangeError for another count
 */
export function createLanes(count: number): (partitionKey: string) => Lane {
  if (!isLaneCount(count)) throw new RangeError(`Expected a power of two up to ${MAX_LANES} lanes, got ${count}.`);
  const bits = Math.log2(count);
  // Each is made when a key first falls into it: all of them at once take a millisecond of a cold start.
  const lanes = new Map<number, Lane>();
  // Kinesis places keys by MD5. Where a process may not compute it, events only spread over more lanes.
  const algorithm = getFips() === 1 ? "sha256" : "md5";
  return (partitionKey) => {
    const place = Number.parseInt(hash(algorithm, partitionKey, "hex").slice(0, 4), 16) >> (16 - bits);
    let lane = lanes.get(place);
    if (lane === undefined) {
      const explicitHashKey = (BigInt(place) << BigInt(HASH_SPACE_BITS - bits)).toString();
      lane = { partitionKey: `lane-${place}`, explicitHashKey };
      lanes.set(place, lane);
    }
    return lane;
  };
}

/** True if so many lanes are possible. */
export function isLaneCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= MAX_LANES && (count & (count - 1)) === 0;
}
