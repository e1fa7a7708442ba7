import { isJsonObject } from "@millrace/schema-graph";

/** An undelivered event of the router: an enriched event that a destination did not take. */
export interface ReadUndelivered {
  readonly application: string;
  /** Name of the stream, queue or bus in the route documents. */
  readonly destination: string;
  readonly event: Readonly<Record<string, unknown>> & {
    readonly event: { readonly id: string; readonly source: string; readonly subject?: string };
  };
}

/** Reads a line of an object of undelivered events: the event, or the reason why it is none. */
export function readUndelivered(row: Readonly<Record<string, unknown>>): ReadUndelivered | { reason: string } {
  const { delivery, enriched } = row;
  if (!isJsonObject(delivery)) return { reason: "It does not say where it was to go" };
  const { application, stream: destination } = delivery;
  if (typeof application !== "string" || typeof destination !== "string") {
    return { reason: "It does not name its application and destination" };
  }
  const inner = isJsonObject(enriched) ? enriched["event"] : undefined;
  if (!isJsonObject(inner) || typeof inner["id"] !== "string" || typeof inner["source"] !== "string") {
    return { reason: "It holds no enriched event" };
  }
  return {
    application,
    destination,
    event: enriched as ReadUndelivered["event"],
  };
}
