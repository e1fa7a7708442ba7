import type { DeliveredEvent, EnrichedValue } from "./evidence.ts";

/**
 * Decision 0132 once more, so that the check does not trust the checked: above zero when the first copy of an event is
 * the later revision, 0 when both are copies of one.
 */
export function compareRevisions(a: EnrichedValue, b: EnrichedValue): number {
  return (
    Number(a.event.revision ?? 0) - Number(b.event.revision ?? 0) ||
    Number(a.validation.status === "valid") - Number(b.validation.status === "valid") ||
    Date.parse(a.event.receivedat) - Date.parse(b.event.receivedat) ||
    Date.parse(a.event.replayedat ?? "0000-01-01") - Date.parse(b.event.replayedat ?? "0000-01-01")
  );
}

/** The copy of each event that a sink has to show, by identity. */
export function latestOf<E extends DeliveredEvent>(events: readonly E[]): Map<string, E> {
  const latest = new Map<string, E>();
  for (const event of events) {
    const known = latest.get(event.identity);
    if (known === undefined || compareRevisions(event.value, known.value) > 0) latest.set(event.identity, event);
  }
  return latest;
}
