import { createHash } from "node:crypto";

/**
 * Which of `laneCount` concurrent batches of a shard a partition key belongs to. AWS keeps a key in one of them and
 * does not say how; here it follows from the key alone. The last bytes of the MD5 are taken, since the first ones chose
 * the shard and are therefore alike within it.
 */
export function laneOfKey(partitionKey: string, laneCount: number): number {
  if (laneCount === 1) return 0;
  return createHash("md5").update(partitionKey).digest().readUInt32BE(12) % laneCount;
}
