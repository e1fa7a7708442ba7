import { EmptyRecordError, UnencodableEventError } from "../errors.ts";

const encoder = new TextEncoder();

/**
 * Writes events as one Kinesis record: NDJSON in UTF-8, every line ends in `\n`, so that records can be concatenated.
 * @throws EmptyRecordError, UnencodableEventError
 * @example new TextDecoder().decode(encodeRecord([{ id: "1" }, { id: "2" }])) // '{"id":"1"}\n{"id":"2"}\n'
 */
export function encodeRecord(events: readonly object[]): Uint8Array {
  if (events.length === 0) throw new EmptyRecordError();
  return encoder.encode(events.map(encodeLine).join(""));
}

function encodeLine(event: object, index: number): string {
  try {
    return `${JSON.stringify(event)}\n`;
  } catch (cause) {
    throw new UnencodableEventError(index, cause);
  }
}
