/** An undelivered event of the router: an enriched event that a destination did not take. */
export interface ReadUndelivered {
  readonly application: string;
  readonly stream: string;
  readonly event: Readonly<Record<string, unknown>> & {
    readonly event: { readonly id: string; readonly source: string; readonly subject?: string };
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a line of an object of undelivered events: the event, or the reason why it is none. */
export function readUndelivered(row: Readonly<Record<string, unknown>>): ReadUndelivered | { reason: string } {
  const { delivery, enriched } = row;
  if (!isObject(delivery) || typeof delivery["application"] !== "string" || typeof delivery["stream"] !== "string") {
    return { reason: "It does not name its application and stream" };
  }
  const inner = isObject(enriched) ? enriched["event"] : undefined;
  if (!isObject(inner) || typeof inner["id"] !== "string" || typeof inner["source"] !== "string") {
    return { reason: "It holds no enriched event" };
  }
  return {
    application: delivery["application"],
    stream: delivery["stream"],
    event: enriched as ReadUndelivered["event"],
  };
}
