import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { linesOfRecord } from "@millrace/stored-events";
import { RECORDS_PER_GLANCE, SHARDS_WATCHED, STALE_MS } from "../limits.ts";

/** Ages of live events, looked at again and again. */
export interface LiveWatch {
  /** Milliseconds from receipt to arrival of live events that have arrived since the look before; none at first. */
  look(): Promise<readonly number[]>;
}

export interface LiveWatchOptions {
  readonly kinesis: Pick<KinesisClient, "send">;
  /** A stream of enriched events. */
  readonly stream: string;
  /** Events that were received before are not live: a replay puts no others. */
  readonly liveFromMs: number;
}

/** Looks at the ends of some shards: one read of each a look, of the five a second that a shard gives. */
export function createLiveWatch({ kinesis, stream, liveFromMs }: LiveWatchOptions): LiveWatch {
  let iterators: readonly string[] = [];

  async function begin(): Promise<readonly string[]> {
    const { GetShardIteratorCommand, ListShardsCommand } = await import("@aws-sdk/client-kinesis");
    const AT_LATEST = { Type: "AT_LATEST" } as const;
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: stream, ShardFilter: AT_LATEST }));
    const step = Math.max(1, Shards.length / SHARDS_WATCHED);
    const watched = Shards.filter((_, index) => Math.floor(index / step) > Math.floor((index - 1) / step));
    const found = await Promise.all(
      watched.map(({ ShardId }) =>
        kinesis.send(new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: "LATEST" })),
      ),
    );
    return found.flatMap(({ ShardIterator }) => ShardIterator ?? []);
  }

  async function glance(
    ShardIterator: string,
  ): Promise<{ readonly next: string | undefined; readonly ages: number[] }> {
    const { GetRecordsCommand } = await import("@aws-sdk/client-kinesis");
    const command = new GetRecordsCommand({ ShardIterator, Limit: RECORDS_PER_GLANCE });
    const { Records = [], NextShardIterator, MillisBehindLatest = 0 } = await kinesis.send(command);
    const ages = Records.flatMap(({ Data = new Uint8Array(), ApproximateArrivalTimestamp: arrival }) => {
      const atMs = arrival?.getTime() ?? 0;
      const place = { store: "enriched", container: stream, position: "", atMs } as const;
      return linesOfRecord(Data, "enriched", place).flatMap(({ facts }) => {
        const receivedMs = Date.parse(facts.receivedAt ?? "");
        return facts.replayedAt === undefined && receivedMs >= liveFromMs ? [atMs - receivedMs] : [];
      });
    });
    return { next: MillisBehindLatest > STALE_MS ? undefined : NextShardIterator, ages };
  }

  return {
    async look() {
      try {
        const looks = await Promise.all(iterators.map(glance));
        iterators = looks.flatMap(({ next }) => next ?? []);
        // A shard was closed, or has more than is read.
        if (iterators.length < looks.length || looks.length === 0) iterators = await begin();
        return looks.flatMap(({ ages }) => ages);
      } catch {
        // Throttled, or expired: one look less is no reason to stop a replay.
        iterators = [];
        return [];
      }
    },
  };
}
