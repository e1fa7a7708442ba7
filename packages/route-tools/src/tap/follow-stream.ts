import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { setTimeout } from "node:timers/promises";

/** A look at every shard a second: Kinesis allows five a shard, which the pipeline's own readers share. */
const LOOK_EVERY_MS = 1_000;

/**
 * The records that arrive in a stream from now on, in batches, one a look. The first batch is empty and marks that
 * reading has begun. Reads only; shards that come later are not followed.
 * @param signal ends it
 */
export async function* followStream(
  client: KinesisClient,
  stream: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array[]> {
  const { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } = await import("@aws-sdk/client-kinesis");
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
  let iterators = await Promise.all(
    Shards.map(async ({ ShardId }) => {
      const input = { StreamName: stream, ShardId, ShardIteratorType: "LATEST" } as const;
      return (await client.send(new GetShardIteratorCommand(input))).ShardIterator;
    }),
  );
  let due = performance.now() + LOOK_EVERY_MS;
  yield [];
  while (await isDue(due, signal)) {
    due = performance.now() + LOOK_EVERY_MS;
    const answers = await Promise.all(
      iterators.flatMap((iterator) =>
        iterator === undefined ? [] : [client.send(new GetRecordsCommand({ ShardIterator: iterator }))],
      ),
    );
    iterators = answers.map(({ NextShardIterator }) => NextShardIterator);
    yield answers.flatMap(({ Records = [] }) => Records.flatMap(({ Data }) => Data ?? []));
  }
}

/** Waits for a moment; false when the signal comes first. */
async function isDue(due: number, signal: AbortSignal): Promise<boolean> {
  if (!signal.aborted) await setTimeout(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => {});
  return !signal.aborted;
}
