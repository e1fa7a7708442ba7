import type { EventType } from "../contract-types.ts";
import type { EnrichedEvent } from "../envelope/enriched-event.ts";
import { type DecodedLine, decodeRecord, type LineError } from "../record/decode-record.ts";

/** One line of a record on an enriched or routed stream. */
export type DecodedEnrichedEvent =
  | { ok: true; value: EnrichedEvent }
  | { ok: false; error: { code: LineError["code"] | "not-enriched"; message: string } };

/**
 * Reads a record of enriched events, one entry per event, in order; never throws. Narrow an event by `isEventOfType`.
 * @example decodeEnrichedRecord(record).filter((line) => line.ok).map((line) => line.value.event.type)
 */
export function decodeEnrichedRecord(bytes: Uint8Array): DecodedEnrichedEvent[] {
  return decodeRecord(bytes).map(toEnriched);
}

function toEnriched(line: DecodedLine): DecodedEnrichedEvent {
  if (!line.ok) return { ok: false, error: line.error };
  if (isEnrichedEvent(line.value)) return { ok: true, value: line.value };
  return { ok: false, error: { code: "not-enriched", message: "The line is JSON, but no enriched event." } };
}

/** Only what a consumer must be able to rely on to read on; the contract itself has been checked by enrichment. */
function isEnrichedEvent(value: unknown): value is EnrichedEvent {
  if (!isRecord(value) || !isRecord(value["event"]) || !isRecord(value["validation"])) return false;
  const { id, source, type } = value["event"];
  return [id, source, type].every((attribute) => typeof attribute === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * True if an event has this type *and* fits its contract. Only then does `event.data` have the type's form: invalid
 * events flow too, with any data.
 * @example if (isEventOfType(enriched, "search.click")) enriched.event.data?.rank // number
 */
export function isEventOfType<T extends EventType>(enriched: EnrichedEvent, type: T): enriched is EnrichedEvent<T> {
  return enriched.event.type === type && enriched.validation.status === "valid";
}
