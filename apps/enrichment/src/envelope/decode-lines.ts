import { type DecodedLine, decodeRecord, parseJson } from "@millrace/event-contracts";

// As in decodeRecord: byte order marks are kept, and refused as JSON.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Says what `decodeRecord` says, and sooner for a record of which every line can be read, which nearly all are.
 */
export function decodeLines(bytes: Uint8Array): readonly DecodedLine[] {
  return readLines(bytes) ?? decodeRecord(bytes);
}

function readLines(bytes: Uint8Array): DecodedLine[] | undefined {
  try {
    const text = decoder.decode(bytes);
    const lines: DecodedLine[] = [];
    for (let start = 0; start < text.length; ) {
      const found = text.indexOf("\n", start);
      const end = found === -1 ? text.length : found;
      const line = text.slice(start, end);
      lines.push({ ok: true, value: parseJson(line), text: line });
      start = end + 1;
    }
    return lines.length === 0 ? undefined : lines;
  } catch {
    return undefined;
  }
}
