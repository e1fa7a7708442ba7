import { Buffer } from "node:buffer";
import { type DecodedLine, decodeRecord, parseJson } from "@millrace/event-contracts";

/** A line of a raw record. */
export type RawLine = DecodedLine & {
  /** False when no text of the line has a quote in it: the record has no backslash. */
  readonly mayHoldQuotes?: boolean;
};

// As in decodeRecord: byte order marks are kept, and refused as JSON.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const backslash = 0x5c;

/**
 * Returns the result of `decodeRecord`, and sooner if every line of the record can be read, as in nearly all records.
 */
export function decodeLines(bytes: Uint8Array): readonly RawLine[] {
  return readLines(bytes) ?? decodeRecord(bytes);
}

function readLines(bytes: Uint8Array): RawLine[] | undefined {
  try {
    const text = decoder.decode(bytes);
    // One search of the bytes costs half of one in the text, and spares two in each line.
    const mayHoldQuotes = asBuffer(bytes).includes(backslash);
    const lines: RawLine[] = [];
    for (let start = 0; start < text.length; ) {
      const found = text.indexOf("\n", start);
      const end = found === -1 ? text.length : found;
      const line = text.slice(start, end);
      // Without a backslash `JSON.parse` has no name to misread.
      const value = mayHoldQuotes ? parseJson(line) : (JSON.parse(line) as unknown);
      lines.push({ ok: true, value, text: line, mayHoldQuotes });
      start = end + 1;
    }
    return lines.length === 0 ? undefined : lines;
  } catch {
    return undefined;
  }
}

/** True if a JSON text contains an escaped quote, so that a text in it may be JSON itself. */
export function holdsQuotes(json: string): boolean {
  return json.includes("\\") && (json.includes('\\"') || /\\u0022/u.test(json));
}

/** The same bytes. What Lambda gave is one already, and its search takes a seventh of the time of a `Uint8Array`'s. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
