import { type DecodedLine, decodeRecord } from "@millrace/event-contracts";

// As in decodeRecord: byte order marks are kept, and refused as JSON.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A line of a record, and its text where that is at hand. */
export type Line = DecodedLine & { readonly text?: string };

/**
 * Says what `decodeRecord` says, and sooner for a record of which every line can be read, which nearly all are.
 */
export function decodeLines(bytes: Uint8Array): readonly Line[] {
  return readLines(bytes) ?? decodeRecord(bytes);
}

function readLines(bytes: Uint8Array): Line[] | undefined {
  try {
    const text = decoder.decode(bytes);
    const lines: Line[] = [];
    for (let start = 0; start < text.length; ) {
      const found = text.indexOf("\n", start);
      const end = found === -1 ? text.length : found;
      const line = text.slice(start, end);
      lines.push({ ok: true, value: JSON.parse(line) as unknown, text: line });
      start = end + 1;
    }
    return lines.length === 0 ? undefined : lines;
  } catch {
    return undefined;
  }
}
