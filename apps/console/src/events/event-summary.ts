import type { EventCopy } from "@millrace/pipeline-source";
import type { EventStatus, EventSummary } from "../api.ts";
import { MAX_LISTED_TEXT } from "./limits.ts";

/** A fault of an event, as its validation result has it. */
export interface EventFault {
  readonly path: string;
  readonly keyword: string;
  readonly message: string;
}

export interface ReadEvent {
  readonly summary: EventSummary;
  readonly faults: readonly EventFault[];
  /** True for an event of the pipeline's own that measures what silence hides. */
  readonly isCanary: boolean;
  /** Build that enriched it, and its set of contracts; of an enriched event alone. */
  readonly stamp?: { readonly build: string; readonly contracts: string };
}

type Members = Readonly<Record<string, unknown>>;

/** Reads a line of the enriched stream, of a destination, or a bad row. A line that is neither still has a summary. */
export function readEvent(copy: EventCopy): ReadEvent {
  const value = parse(copy.text);
  const place = {
    key: `${copy.streamName} ${copy.shardId} ${copy.sequenceNumber} ${copy.index}`,
    atMs: Date.parse(copy.arrivedAt),
  };
  // A bus has the event as the detail of its own.
  const enriched = isMembers(value["detail"]) ? value["detail"] : value;
  if (!isMembers(enriched["event"])) return readBadRow(value, place);
  const { event } = enriched as { event: Members };
  const validation = members(enriched["validation"]);
  const faults = list(validation["errors"]).map(readFault);
  const status = validation["status"];
  const stamp = members(members(enriched["processing"])["enrichment"]);
  return {
    summary: {
      ...place,
      id: cut(event["id"]),
      source: cut(event["source"]),
      type: cut(event["type"]),
      subject: typeof event["subject"] === "string" ? cut(event["subject"]) : null,
      status: isStatus(status) ? status : "unknown",
      contract: contractOf(validation["schema"]),
      fault: faults[0] === undefined ? null : describeFault(faults[0]),
      faults: faults.length,
      masked: list(members(enriched["privacy"])["masked"]).length,
    },
    faults,
    isCanary: event["canary"] === true,
    stamp: { build: cut(stamp["version"]), contracts: cut(stamp["contracts"]) },
  };
}

export const describeFault = ({ path, message }: EventFault): string => cut(`${path} ${message}`.trim());

function readBadRow(value: Members, place: Pick<EventSummary, "key" | "atMs">): ReadEvent {
  const failure = members(value["failure"]);
  const origin = members(value["origin"]);
  const fault = { path: "", keyword: cut(failure["kind"]), message: cut(failure["message"]) };
  return {
    summary: {
      ...place,
      id: cut(origin["sequenceNumber"]),
      source: "",
      type: cut(failure["kind"]),
      subject: null,
      status: "bad",
      contract: null,
      fault: fault.message,
      faults: 1,
      masked: 0,
    },
    faults: [fault],
    isCanary: false,
  };
}

function readFault(value: unknown): EventFault {
  const fault = members(value);
  return { path: cut(fault["path"]), keyword: cut(fault["keyword"]), message: cut(fault["message"]) };
}

/** `…/events/search/click/1-0-0.json` → `search/click/1-0-0`. */
export function contractOf(schema: unknown): string | null {
  if (typeof schema !== "string") return null;
  return cut(/(?:^|\/)events\/(.+?)(?:\.json)?$/.exec(schema)?.[1] ?? schema);
}

const isStatus = (value: unknown): value is EventStatus =>
  value === "valid" || value === "invalid" || value === "unknown";

/** The text that stands in a list: never longer than a line, and whole characters only. */
function cut(value: unknown): string {
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  return (text.length > MAX_LISTED_TEXT ? `${text.slice(0, MAX_LISTED_TEXT - 1)}…` : text).toWellFormed();
}

function parse(text: string): Members {
  try {
    return members(JSON.parse(text));
  } catch {
    return {};
  }
}

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const members = (value: unknown): Members => (isMembers(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
