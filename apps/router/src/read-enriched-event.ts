import type { EnrichedEvent } from "@millrace/event-contracts";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A decoded line as an enriched event, or why it is none. Only what routing itself stands on is looked at: the
 * identity, and that there is an event.
 */
export function readEnrichedEvent(value: unknown): { event: EnrichedEvent } | { reason: string } {
  if (!isObject(value)) return { reason: "The line is not a JSON object." };
  const { event } = value;
  if (!isObject(event)) return { reason: `"event" is not an object.` };
  for (const attribute of ["id", "source", "type"] as const) {
    if (typeof event[attribute] !== "string" || event[attribute] === "") {
      return { reason: `"event.${attribute}" is not a string.` };
    }
  }
  return { event: value as unknown as EnrichedEvent };
}
