import { isUint8Array } from "node:util/types";
import { InvalidRecordError } from "../errors.ts";
import { HASH_KEY_SPACE, MAX_PARTITION_KEY_CHARACTERS } from "../limits.ts";
import type { PutRecord } from "../types.ts";

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Returns the number of code points; Kinesis calls a code point a Unicode character. */
function countCharacters(text: string): number {
  let count = 0;
  for (const _character of text) count++;
  return count;
}

function isHashKey(text: string): boolean {
  return /^(0|[1-9]\d{0,38})$/.test(text) && BigInt(text) < HASH_KEY_SPACE;
}

/**
 * Returns the bytes that Kinesis counts for the record (data and UTF-8 partition key), or the error that names its
 * fault.
 */
export function checkRecord(given: unknown, index: number): number | InvalidRecordError {
  if (typeof given !== "object" || given === null) {
    return new InvalidRecordError(`Expected record ${index} to be an object, got ${typeOf(given)}.`);
  }
  const { partitionKey, data, explicitHashKey } = given as { readonly [key in keyof PutRecord]?: unknown };
  if (typeof partitionKey !== "string") {
    return new InvalidRecordError(
      `Expected \`partitionKey\` of record ${index} to be a string, got ${typeOf(partitionKey)}.`,
    );
  }
  if (partitionKey.length === 0) {
    return new InvalidRecordError(`Expected \`partitionKey\` of record ${index} to have 1 to 256 characters, got 0.`);
  }
  if (partitionKey.length > MAX_PARTITION_KEY_CHARACTERS) {
    const characters = countCharacters(partitionKey);
    if (characters > MAX_PARTITION_KEY_CHARACTERS) {
      return new InvalidRecordError(
        `Expected \`partitionKey\` of record ${index} to have 1 to 256 characters, got ${characters}.`,
      );
    }
  }
  if (!isUint8Array(data)) {
    return new InvalidRecordError(`Expected \`data\` of record ${index} to be a Uint8Array, got ${typeOf(data)}.`);
  }
  if (explicitHashKey !== undefined && !(typeof explicitHashKey === "string" && isHashKey(explicitHashKey))) {
    const got = typeof explicitHashKey === "string" ? JSON.stringify(explicitHashKey) : typeOf(explicitHashKey);
    return new InvalidRecordError(
      `Expected \`explicitHashKey\` of record ${index} to be a decimal string in [0, 2^128), got ${got}.`,
    );
  }
  const keyBytes = Buffer.byteLength(partitionKey);
  // A lone surrogate has no UTF-8: Kinesis would refuse the whole request for it.
  if (keyBytes !== partitionKey.length && !partitionKey.isWellFormed()) {
    return new InvalidRecordError(`Expected \`partitionKey\` of record ${index} to be well-formed Unicode.`);
  }
  return data.byteLength + keyBytes;
}
