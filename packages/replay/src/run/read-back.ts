import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { streamStore } from "@millrace/stored-events";
import type { ReplayClock } from "../clock.ts";
import type { ReplayState } from "../ledger/ledger.ts";
import { CLOCK_SKEW_MS } from "../limits.ts";
import { copyKey } from "../targets/pipeline-target.ts";
import type { Target } from "../targets/target.ts";

export interface ReadBackOptions {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly streams: Target["streams"];
  /** The mark of the replay. */
  readonly replayedAt: string;
  readonly clock: ReplayClock;
  /** Reading may take longer than a lease: called again and again meanwhile. */
  readonly hold: () => Promise<unknown>;
}

/**
 * The copies that a run put after it wrote its ledger the last time, read from the streams they were put to: events are
 * put first and noted then, so a run that is cut off may have put some that it has not noted.
 * @returns by key, when the last of them arrived, epoch milliseconds
 */
export async function readBack(
  { uncertainSinceMs, leaseUntilMs }: ReplayState,
  { kinesis, streams, replayedAt, clock, hold }: ReadBackOptions,
): Promise<Map<string, number>> {
  const arrivals = new Map<string, number>();
  if (uncertainSinceMs === undefined) return arrivals;
  // No event is put once the lease is over.
  const range = { fromMs: uncertainSinceMs - CLOCK_SKEW_MS, toMs: leaseUntilMs + CLOCK_SKEW_MS };
  for (const { name: stream, form } of streams) {
    const store = streamStore({ kinesis, stream, name: form === "raw" ? "raw" : "destination", endsAt: "tip", clock });
    for await (const part of store.parts(range)) {
      await hold();
      for await (const events of part.read()) {
        await hold();
        for (const { facts, event, place } of events) {
          if (event === undefined) continue;
          if (form === "raw" && facts.replayedAt !== replayedAt) continue;
          const key = copyKey(event, facts.status);
          arrivals.set(key, Math.max(place.atMs, arrivals.get(key) ?? 0));
        }
      }
    }
  }
  return arrivals;
}
