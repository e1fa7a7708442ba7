import type { PlannedEvent, PlannedRequest } from "./traffic-plan.ts";

/** Headers and body of one planned request. */
export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const mediaTypes = {
  single: "application/json",
  array: "application/json",
  ndjson: "application/x-ndjson",
  structured: "application/cloudevents+json",
  batched: "application/cloudevents-batch+json",
} as const;

function stamp(event: PlannedEvent, time: string): string {
  if (typeof event.sent === "string") return event.sent;
  const isEvent = typeof event.sent === "object" && event.sent !== null && !Array.isArray(event.sent);
  return JSON.stringify(isEvent ? { time, ...event.sent } : event.sent);
}

/** CloudEvents HTTP binding: header values are percent-encoded outside printable ASCII. */
function binaryHeaders(event: PlannedEvent, time: string): Record<string, string> {
  const { id, source, type, subject, specversion } = event.draft;
  const attributes = { id, source, type, subject, specversion, time };
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURI(value)]));
}

/**
 * Renders a planned request as a browser or service would send it.
 * @param time RFC 3339, the clock of the sender.
 */
export function renderHttpRequest(request: PlannedRequest, writeKey: string, time: string): HttpRequest {
  const { visitor, events, mode } = request;
  const headers = {
    authorization: `Bearer ${writeKey}`,
    "user-agent": visitor.browser.userAgent,
    "x-forwarded-for": visitor.address,
  };
  const first = events[0];
  if (mode === "binary" && first !== undefined) {
    return {
      headers: { ...headers, ...binaryHeaders(first, time), "content-type": "application/json" },
      body: JSON.stringify(first.draft.data),
    };
  }
  const contentType = mediaTypes[mode === "binary" ? "single" : mode];
  const lines = events.map((event) => stamp(event, time));
  const isList = mode === "array" || mode === "batched";
  const body = isList
    ? `[${lines.join(",")}]`
    : mode === "ndjson"
      ? lines.map((line) => `${line}\n`).join("")
      : (lines[0] ?? "");
  return { headers: { ...headers, "content-type": contentType }, body };
}
