import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { eventIdentity } from "@millrace/event-contracts";
import { streamStore } from "@millrace/stored-events";
import type { ReplayClock } from "../clock.ts";
import type { ReplayState } from "../ledger/ledger.ts";
import { CLOCK_SKEW_MS } from "../limits.ts";
import { copyKey } from "../targets/pipeline-target.ts";
import type { Target } from "../targets/target.ts";

/**
 * The copies that a run put after it wrote its ledger the last time, read from the streams they were put to: events are
 * put first and noted then, so a run that is cut off may have put some that it has not noted.
 */
export async function readBack(
  kinesis: Pick<KinesisClient, "send">,
  streams: Target["streams"],
  { uncertainSinceMs, leaseUntilMs }: ReplayState,
  replayedAt: string,
  clock: ReplayClock,
): Promise<Set<string>> {
  const keys = new Set<string>();
  if (uncertainSinceMs === undefined) return keys;
  // Nobody puts anything once the lease is over.
  const range = { fromMs: uncertainSinceMs - CLOCK_SKEW_MS, toMs: leaseUntilMs + CLOCK_SKEW_MS };
  for (const { name: stream, form } of streams) {
    const store = streamStore({ kinesis, stream, name: form === "raw" ? "raw" : "destination", endsAt: "tip", clock });
    for await (const part of store.parts(range)) {
      for await (const events of part.read()) {
        for (const { facts, event } of events) {
          if (event === undefined) continue;
          if (form === "raw" && facts.replayedAt !== replayedAt) continue;
          const { id = "", source = "" } = facts;
          keys.add(form === "raw" ? copyKey(event) : `${eventIdentity({ id, source })} ${facts.revision}`);
        }
      }
    }
  }
  return keys;
}
