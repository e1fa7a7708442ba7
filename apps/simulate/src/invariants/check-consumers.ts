import { createDeduplicator } from "@millrace/event-contracts";
import type { Evidence, DeliveredEvent } from "./evidence.ts";
import { compareRevisions, latestOf } from "./revision.ts";

/** Copies that a consumer takes at once. */
const BATCH_SIZE = 50;

/**
 * A consumer of each destination that keeps a row an event and leaves the choice to `createDeduplicator`: it ends with
 * the latest revisions, and is told corrections from first deliveries.
 */
export function checkConsumers({ destinations }: Evidence): string[] {
  return [...destinations].flatMap(([stream, events]) => {
    const rows = new Map<string, DeliveredEvent>();
    const mistold: string[] = [];
    const deduplicator = createDeduplicator();
    for (let at = 0; at < events.length; at += BATCH_SIZE) {
      const batch = new Map(events.slice(at, at + BATCH_SIZE).map((event) => [event.value, event]));
      const fresh = deduplicator.unseen([...batch.keys()]);
      for (const value of fresh) {
        const event = batch.get(value);
        if (event === undefined) continue;
        if (deduplicator.isCorrection(value) !== rows.has(event.identity)) {
          mistold.push(
            `${event.identity} in ${stream} is a ${rows.has(event.identity) ? "correction" : "first delivery"}`,
          );
        }
        rows.set(event.identity, event);
      }
      deduplicator.remember(fresh);
    }
    const wrong = [...latestOf(events)].filter(([identity, { value }]) => {
      const row = rows.get(identity);
      return row === undefined || compareRevisions(row.value, value) !== 0;
    });
    return [
      ...mistold,
      ...wrong.map(([identity]) => `a consumer of ${stream} has not the latest revision of ${identity}`),
    ];
  });
}
