import type { DraftEvent } from "./sessions.ts";

/**
 * The place that the pipeline owes an event. It is decided here, by how the event was made, not by the pipeline's code.
 */
export type Fate = "valid" | "invalid" | "unknown" | "bad-row" | "rejected";

/** One way to break an event. `apply` gives what is sent in its place; a string is sent as raw JSON text. */
export interface Breakage {
  readonly name: string;
  readonly fate: Exclude<Fate, "valid">;
  /** True when the whole request is unreadable, so that the event must travel alone. */
  readonly isWholeRequest: boolean;
  apply(event: DraftEvent): unknown;
}

const withData = (event: DraftEvent, changes: Record<string, unknown>): DraftEvent => ({
  ...event,
  data: { ...event.data, ...changes },
});

function without(event: DraftEvent, attribute: keyof DraftEvent): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== attribute));
}

const breakage = (
  name: string,
  fate: Breakage["fate"],
  apply: Breakage["apply"],
  isWholeRequest = false,
): Breakage => ({ name, fate, apply, isWholeRequest });

/** Deeper than any event has a reason to be; JSON parsers take it, careful readers do not. */
const TOO_DEEP = 5_000;

/** The faults that real senders make, in about equal shares. */
export const breakages: readonly Breakage[] = [
  breakage("required field missing", "invalid", (event) =>
    withData(event, { context: { pageUrl: "https://shop.example/" } }),
  ),
  breakage("field of the wrong type", "invalid", (event) => withData(event, { context: "not an object" })),
  breakage("unknown field", "invalid", (event) => withData(event, { internalDebug: true })),
  breakage("no data at all", "invalid", (event) => without(event, "data")),
  breakage("data is a list", "invalid", (event) => ({ ...event, data: [1, 2, 3] })),
  breakage("type nobody declared", "unknown", (event) => ({ ...event, type: "shop.never-declared" })),
  breakage("schema version nobody declared", "unknown", (event) => ({
    ...event,
    dataschema: "https://millrace.example/schemas/events/page/view/9-0-0.json",
  })),
  breakage("nested beyond reason", "rejected", (event) => {
    const { data: _data, ...attributes } = event;
    return `${JSON.stringify(attributes).slice(0, -1)},"data":${"[".repeat(TOO_DEEP)}${"]".repeat(TOO_DEEP)}}`;
  }),
  breakage("malformed JSON", "rejected", (event) => JSON.stringify(event).slice(0, -7), true),
  breakage("not an object", "rejected", () => 42),
  breakage("type missing", "rejected", (event) => without(event, "type")),
  breakage("source missing", "rejected", (event) => without(event, "source")),
  breakage("id is a number", "rejected", (event) => ({ ...event, id: 4711 })),
  breakage("time is not a time", "rejected", (event) => ({ ...event, time: "yesterday" })),
  breakage("source of somebody else", "rejected", (event) => ({ ...event, source: "https://rival.example/web" })),
];

/** A record that some other producer puts on the raw stream itself, where no endpoint checks it. */
export interface StrayRecord {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const stray = (name: string, bytes: string | Uint8Array): StrayRecord => ({
  name,
  bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
});

/** Each is one line that cannot be read as an event, so each has to become one bad row. */
export const strayRecords: readonly StrayRecord[] = [
  stray("not UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a)),
  stray("not JSON", "id=17&type=click\n"),
  stray("half an event", '{"specversion":"1.0","id":"half","source":"https://shop.exa'),
  stray("not an object", "[1,2,3]\n"),
  stray("not an event", '{"level":"info","msg":"wrong stream"}\n'),
  stray(
    "nested beyond reason",
    `{"specversion":"1.0","id":"deep","data":${"[".repeat(TOO_DEEP)}${"]".repeat(TOO_DEEP)}}\n`,
  ),
  stray("nothing", "\n"),
];
