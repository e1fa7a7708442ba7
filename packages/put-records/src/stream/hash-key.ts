import { hash } from "node:crypto";
import type { PutRecord } from "../types.ts";

/**
 * Returns the record's place in the hash space as 32 hex digits; undefined if this process may not compute MD5 (FIPS
 * mode). The width is fixed so that comparing strings orders them as numbers.
 */
export function hashOf(record: PutRecord): string | undefined {
  if (record.explicitHashKey !== undefined) return toHex(record.explicitHashKey);
  try {
    return hash("md5", record.partitionKey, "hex");
  } catch {
    return undefined;
  }
}

/** Returns a decimal hash key as 32 hex digits. */
export function toHex(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(32, "0");
}
