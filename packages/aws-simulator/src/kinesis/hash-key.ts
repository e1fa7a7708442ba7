import { hash } from "node:crypto";

/** The largest hash key, 2^128 - 1. */
export const maxHashKey = (1n << 128n) - 1n;

/** A hash key as 32 hex digits: compares as text the way the number compares, at a fraction of a BigInt's cost. */
export type HexHashKey = string;

/** Where a partition key falls: the MD5 of its UTF-8 text. */
export function hashPartitionKey(partitionKey: string): HexHashKey {
  return hash("md5", partitionKey, "hex");
}

export function toHexHashKey(hashKey: bigint): HexHashKey {
  return hashKey.toString(16).padStart(32, "0");
}

const hashKeyPattern = /^(?:0|[1-9]\d{0,38})$/;

/** Reads a decimal hash key; `undefined` when it is not a number from 0 to 2^128 - 1. */
export function parseHashKey(text: string): bigint | undefined {
  if (!hashKeyPattern.test(text)) return undefined;
  const value = BigInt(text);
  return value > maxHashKey ? undefined : value;
}

/** Where each of `count` equal ranges starts, as CreateStream and UpdateShardCount cut the key space. */
export function uniformBoundaries(count: number): bigint[] {
  const width = (maxHashKey + 1n) / BigInt(count);
  return Array.from({ length: count }, (_, index) => width * BigInt(index));
}
