import type { _Record, KinesisClient } from "@aws-sdk/client-kinesis";
import { linesOfRecord } from "@millrace/stored-events";
import type { ReplayClock } from "../clock.ts";
import {
  LOOK_AGAIN_MS,
  LOOK_ATTEMPTS,
  RECORDS_PER_LOOK,
  SHARDS_PER_LOOK,
  TOLERATED_AGE,
  TOLERATED_ANSWER,
} from "../limits.ts";

/** Looks at the live traffic of a stream, one after the other. */
export interface LiveWatch {
  /** Live events of the stream may be so many times older beside a replay. */
  readonly toleratedAge: number;
  /** Begins a look: live events that arrive from now on belong to it. */
  begin(): Promise<Look>;
}

export interface Look {
  /** Ends it. @returns milliseconds from receipt to arrival of its events; undefined when no shard could be read */
  ages(): Promise<readonly number[] | undefined>;
}

/** A stream of the pipeline: events arrive in the raw one when ingest answers, in the others when they are enriched. */
export interface WatchedStream {
  readonly name: string;
  readonly form: "raw" | "enriched";
}

export interface LiveWatchOptions {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly stream: WatchedStream;
  /** Events that were received before are not live: a replay puts no others. */
  readonly liveFromMs: number;
  readonly clock: ReplayClock;
}

/**
 * Reads a few shards a look, other ones each time, once each: a shard gives five reads a second to all its readers, and
 * the pipeline's own may want all of them.
 */
export function createLiveWatch({ kinesis, stream, liveFromMs, clock }: LiveWatchOptions): LiveWatch {
  const StreamName = stream.name;
  let next = 0;

  async function iteratorsAtEnds(): Promise<readonly string[]> {
    const { GetShardIteratorCommand, ListShardsCommand } = await import("@aws-sdk/client-kinesis");
    const AT_LATEST = { Type: "AT_LATEST" } as const;
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName, ShardFilter: AT_LATEST }));
    const watched = Array.from({ length: Math.min(Shards.length, SHARDS_PER_LOOK) }, (_, index) => next + index);
    next += watched.length;
    const iterators: string[] = [];
    for (const place of watched) {
      const ShardId = Shards[place % Shards.length]?.ShardId;
      const command = new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "LATEST" });
      iterators.push((await kinesis.send(command)).ShardIterator ?? "");
    }
    return iterators;
  }

  /** Undefined when the shard could not be read: a shard less is no reason to stop a replay. */
  async function agesAt(ShardIterator: string): Promise<readonly number[] | undefined> {
    const { GetRecordsCommand } = await import("@aws-sdk/client-kinesis");
    const command = new GetRecordsCommand({ ShardIterator, Limit: RECORDS_PER_LOOK });
    for (let attempt = 1; attempt <= LOOK_ATTEMPTS; attempt += 1) {
      try {
        return (await kinesis.send(command)).Records?.flatMap(agesIn) ?? [];
      } catch {
        // Most likely the pipeline's own readers had taken the second's reads.
        if (attempt < LOOK_ATTEMPTS) await clock.wait(LOOK_AGAIN_MS);
      }
    }
    return undefined;
  }

  function agesIn({ Data = new Uint8Array(), ApproximateArrivalTimestamp: arrival }: Partial<_Record>): number[] {
    const atMs = arrival?.getTime() ?? 0;
    const place = { store: stream.form, container: stream.name, position: "", atMs } as const;
    return linesOfRecord(Data, stream.form, place).flatMap(({ facts }) => {
      const receivedMs = Date.parse(facts.receivedAt ?? "");
      return facts.replayedAt === undefined && receivedMs >= liveFromMs ? [atMs - receivedMs] : [];
    });
  }

  return {
    toleratedAge: stream.form === "raw" ? TOLERATED_ANSWER : TOLERATED_AGE,
    async begin() {
      const iterators = await iteratorsAtEnds().catch(() => []);
      return {
        async ages() {
          let found: number[] | undefined;
          for (const iterator of iterators) {
            const ages = await agesAt(iterator);
            if (ages !== undefined) found = [...(found ?? []), ...ages];
          }
          return found;
        },
      };
    },
  };
}
