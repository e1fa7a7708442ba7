import { unpackRecord } from "@millrace/packed-records";
import { type EventForm, StoredEvent, type StoredPlace } from "../stored-event.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
const newline = 0x0a;
const blank = /^[ \t\r]*$/;

/**
 * The events of a record; the position of each is that of the record with `:<number of the line>` behind it. A packed
 * record that cannot be read is one event without a form.
 */
export function linesOfRecord(record: Uint8Array, form: EventForm, recordPlace: StoredPlace): StoredEvent[] {
  // Records of the raw stream are never packed, and any bytes may stand there.
  const unpacked = form === "raw" ? undefined : unpackRecord(record);
  const data = unpacked?.data ?? record;
  if (unpacked?.fault !== undefined) {
    const place = { ...recordPlace, position: `${recordPlace.position}:0` };
    return [new StoredEvent(place, { form: "none", text: "", bytes: data })];
  }
  const text = decode(data);
  const lines = text === undefined ? byteLines(data) : text.split("\n");
  return lines.flatMap((line, index) => {
    if (typeof line === "string" && blank.test(line)) return [];
    const place = { ...recordPlace, position: `${recordPlace.position}:${index}` };
    if (typeof line === "string") return [new StoredEvent(place, { form, text: line })];
    return [new StoredEvent(place, { form: "none", text: "", bytes: line })];
  });
}

/** Only a record with a fault is read byte by byte: a broken line does not hide the other lines. */
function byteLines(data: Uint8Array): (string | Uint8Array)[] {
  const lines: (string | Uint8Array)[] = [];
  for (let start = 0; start < data.length; ) {
    const found = data.indexOf(newline, start);
    const end = found === -1 ? data.length : found;
    const bytes = data.subarray(start, end);
    lines.push(decode(bytes) ?? bytes);
    start = end + 1;
  }
  return lines;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
