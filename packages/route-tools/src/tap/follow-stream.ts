import type { KinesisClient } from "@aws-sdk/client-kinesis";

/** A look at every shard a second: Kinesis allows five a shard, which the pipeline's own readers share. */
const LOOK_EVERY_MS = 1_000;

/**
 * The records that arrive in a stream from now on, in batches, one a look at least. Reads only; shards that come later
 * are not followed.
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
  // The first batch is empty: it marks that reading has begun.
  yield [];
  while (!signal.aborted) {
    const due = performance.now() + LOOK_EVERY_MS;
    const answers = await Promise.all(
      iterators.flatMap((iterator) =>
        iterator === undefined ? [] : [client.send(new GetRecordsCommand({ ShardIterator: iterator }))],
      ),
    );
    iterators = answers.map(({ NextShardIterator }) => NextShardIterator);
    yield answers.flatMap(({ Records = [] }) => Records.flatMap(({ Data }) => Data ?? []));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, due - performance.now()));
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
