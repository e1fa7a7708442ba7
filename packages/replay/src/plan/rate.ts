import type { Store } from "@millrace/stored-events";
import type { ReplayClock } from "../clock.ts";
import { SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND } from "../limits.ts";
import type { Rate } from "../run/pace.ts";

/** Live traffic is looked at for so long. */
const LOOK_MS = 10_000;

export interface StreamLoad {
  readonly shards: number;
  readonly live: Rate;
}

/** Shards of a stream, and its traffic of the last seconds. Counts events for records: it is the greater number. */
export async function measureLoad(store: Store, clock: ReplayClock): Promise<StreamLoad> {
  const toMs = clock.now();
  let [shards, events, bytes] = [0, 0, 0];
  const looks: Promise<void>[] = [];
  for await (const part of store.parts({ fromMs: toMs - LOOK_MS, toMs })) {
    shards += 1;
    looks.push(
      (async () => {
        for await (const batch of part.read()) {
          events += batch.length;
          bytes += batch.reduce((sum, { content }) => sum + content.text.length, 0);
        }
      })(),
    );
  }
  await Promise.all(looks);
  return { shards, live: { events: (events * 1_000) / LOOK_MS, bytes: (bytes * 1_000) / LOOK_MS } };
}

/** A share of what the shards can take beside their live traffic; at least one event a second. */
export function shareOfFree({ shards, live }: StreamLoad, share: number): Rate {
  const free = (capacity: number, used: number): number => Math.max(0, shards * capacity - used) * share;
  return {
    events: Math.max(1, free(SHARD_RECORDS_PER_SECOND, live.events)),
    bytes: Math.max(1_000, free(SHARD_BYTES_PER_SECOND, live.bytes)),
  };
}
