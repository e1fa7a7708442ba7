import { ObjectStoreError } from "./errors.ts";
import { MAX_SEGMENT_LENGTH } from "./limits.ts";

/** Characters that mean the same in a file name on every system; all others are written as %XX. */
const isPlain = /^[A-Za-z0-9._=+@,-]$/;

/**
 * The path segments an object key is stored under: readable where that is safe, and never able to leave the folder.
 * Different keys always give different paths (on a file system that tells upper from lower case).
 *
 * @example
 * ```ts
 * keyToSegments("enriched/2026/11/22/a b.gz"); // ["enriched", "2026", "11", "22", "a%20b.gz"]
 * keyToSegments("../secret"); // ["%2E%2E", "secret"]
 * ```
 */
export function keyToSegments(key: string): string[] {
  if (!key.isWellFormed()) {
    throw new ObjectStoreError(
      "INVALID_KEY",
      `Expected the object key to be valid Unicode, got ${JSON.stringify(key)}.`,
    );
  }
  return key.split("/").flatMap((segment) => splitLong(encodeSegment(segment)));
}

/** The key that {@link keyToSegments} gave these segments for. */
export function segmentsToKey(segments: readonly string[]): string {
  let key = "";
  for (const [index, segment] of segments.entries()) {
    const isContinued = segment.endsWith(continues);
    key += decodeURIComponent(isContinued ? segment.slice(0, -1) : segment.replace(/^%$/, ""));
    if (!isContinued && index < segments.length - 1) key += "/";
  }
  return key;
}

/** Ends a segment that goes on in the next one. Not a character that `isPlain` lets through. */
const continues = "~";

function encodeSegment(segment: string): string {
  // A lone "%" stands for nothing, which no encoded text can be.
  if (segment === "") return "%";
  if (/^\.+$/.test(segment)) return "%2E".repeat(segment.length);
  let encoded = "";
  for (const character of segment) encoded += isPlain.test(character) ? character : percentEncode(character);
  return encoded;
}

function percentEncode(character: string): string {
  let encoded = "";
  for (const byte of Buffer.from(character)) encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return encoded;
}

function splitLong(encoded: string): string[] {
  if (encoded.length <= MAX_SEGMENT_LENGTH) return [encoded];
  const parts: string[] = [];
  let part = "";
  // Whole characters only: a cut through the middle of %XX%XX could not be decoded on its own.
  for (const unit of encoded.match(/(?:%[0-9A-F]{2})+|[^%]/g) ?? []) {
    const pieces = unit.length > MAX_SEGMENT_LENGTH ? characters(unit) : [unit];
    for (const piece of pieces) {
      if (part.length + piece.length > MAX_SEGMENT_LENGTH) {
        parts.push(part + continues);
        part = "";
      }
      part += piece;
    }
  }
  parts.push(part);
  return parts;
}

/** A run of %XX cut between characters. */
function characters(run: string): string[] {
  return Array.from(decodeURIComponent(run), (character) => percentEncode(character));
}
