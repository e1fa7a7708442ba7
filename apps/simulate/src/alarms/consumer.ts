import { type Kinesis, sleep } from "@millrace/aws-simulator";

/** Reads of a shard per second are few; so are a consumer's. */
const pollIntervalMs = 5_000;

/** An application that polls its stream. */
export interface Consumer {
  stop(): void;
}

/** Begins to read every shard of a stream. */
export function startConsumer(kinesis: Kinesis, streamName: string): Consumer {
  let isRunning = true;
  const read = async (shardId: string): Promise<void> => {
    let { ShardIterator: iterator } = kinesis.getShardIterator({
      StreamName: streamName,
      ShardId: shardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    while (isRunning) {
      iterator = kinesis.getRecords({ ShardIterator: iterator }).NextShardIterator ?? iterator;
      await sleep(kinesis.clock, pollIntervalMs);
    }
  };
  for (const shardId of kinesis.openShardIds(streamName)) void read(shardId);
  return {
    stop: () => {
      isRunning = false;
    },
  };
}
