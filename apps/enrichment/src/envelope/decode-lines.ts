import { type DecodedLine, decodeRecord } from "@millrace/event-contracts";

// As in decodeRecord: byte order marks are kept, and refused as JSON.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Says what `decodeRecord` says, and sooner for a record of one readable event, which nearly all are.
 */
export function decodeLines(bytes: Uint8Array): readonly DecodedLine[] {
  const value = parseSingleLine(bytes);
  return value === undefined ? decodeRecord(bytes) : [{ ok: true, value }];
}

/** The value of a record that is one line of JSON; `undefined`, which is no JSON value, for every other. */
function parseSingleLine(bytes: Uint8Array): unknown {
  try {
    const text = decoder.decode(bytes);
    const lineEnd = text.indexOf("\n");
    return lineEnd === -1 || lineEnd === text.length - 1 ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
