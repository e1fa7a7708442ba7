import { type DecodedLine, decodeRecord } from "@millrace/event-contracts";

// As in decodeRecord: byte order marks are kept, and refused as JSON.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A line of a record, and its text where that is at hand. */
export type Line = DecodedLine & { readonly text?: string };

/**
 * Says what `decodeRecord` says, and sooner for a record of one readable event, which nearly all are.
 */
export function decodeLines(bytes: Uint8Array): readonly Line[] {
  const line = readSingleLine(bytes);
  return line === undefined ? decodeRecord(bytes) : [line];
}

/** The one line of a record that is nothing but a line of JSON. */
function readSingleLine(bytes: Uint8Array): Line | undefined {
  try {
    const text = decoder.decode(bytes);
    const lineEnd = text.indexOf("\n");
    if (lineEnd !== -1 && lineEnd !== text.length - 1) return undefined;
    return { ok: true, value: JSON.parse(text) as unknown, text };
  } catch {
    return undefined;
  }
}
