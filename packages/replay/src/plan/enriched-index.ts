import type { Store, StoredEvent, TimeRange } from "@millrace/stored-events";
import { eventIdentity } from "@millrace/event-contracts";
import { createHash } from "node:crypto";
import { CLOCKS_APART_MS } from "../limits.ts";

/**
 * The identities of enriched events that fit, as 48 bits of a hash each: a million take 50 MB. The raw stream does not
 * know what enrichment made of its events; the lake does.
 * @param range of the raw events: enrichment may be behind by `lagMs`
 */
export async function indexEnriched(
  lake: Store,
  range: TimeRange,
  fits: (event: StoredEvent) => boolean,
  lagMs = 3_600_000,
): Promise<(event: StoredEvent) => boolean> {
  const known = new Set<number>();
  const fromMs = range.fromMs - CLOCKS_APART_MS;
  for await (const part of lake.parts({ fromMs, toMs: range.toMs + lagMs })) {
    for await (const batch of part.read()) {
      for (const event of batch) {
        const key = fits(event) ? keyOf(event) : undefined;
        if (key !== undefined) known.add(key);
      }
    }
  }
  return (event) => {
    const key = keyOf(event);
    return key !== undefined && known.has(key);
  };
}

function keyOf({ facts: { source, id } }: StoredEvent): number | undefined {
  if (source === undefined || id === undefined) return undefined;
  return createHash("sha1").update(eventIdentity({ source, id })).digest().readUIntBE(0, 6);
}
