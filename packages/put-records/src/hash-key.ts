import { hash } from "node:crypto";
import type { PutRecord } from "./types.ts";

/**
 * Where the record falls in the hash space, as 32 hex digits: fixed width, so that plain string comparison orders them
 * as numbers. Undefined when this process may not compute MD5 (FIPS mode).
 */
export function hashOf(record: PutRecord): string | undefined {
  if (record.explicitHashKey !== undefined) return toHex(record.explicitHashKey);
  try {
    return hash("md5", record.partitionKey, "hex");
  } catch {
    return undefined;
  }
}

/** A decimal hash key as 32 hex digits. */
export function toHex(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(32, "0");
}
