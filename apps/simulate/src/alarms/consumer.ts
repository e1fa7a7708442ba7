import { type Kinesis, KinesisError, type KinesisRecord, sleep } from "@millrace/aws-simulator";

/** Reads of a shard per second are few; so are a consumer's. */
const POLL_EVERY_MS = 5_000;

/** An application that polls its stream. */
export interface Consumer {
  stop(): void;
}

export interface ConsumerOptions {
  /** Pause between two reads of a shard. */
  readonly everyMs?: number;
  /** Records that one read asks for. Default: as many as it gives. */
  readonly limit?: number;
  readonly onRecords?: (records: readonly KinesisRecord[]) => void;
}

/** Begins to read every shard of a stream from its oldest record on. */
export function startConsumer(kinesis: Kinesis, streamName: string, options: ConsumerOptions = {}): Consumer {
  const { everyMs = POLL_EVERY_MS, limit: Limit, onRecords } = options;
  let isRunning = true;
  const read = async (shardId: string): Promise<void> => {
    let { ShardIterator } = kinesis.getShardIterator({
      StreamName: streamName,
      ShardId: shardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    while (isRunning) {
      try {
        const answer = kinesis.getRecords({ ShardIterator, ...(Limit === undefined ? {} : { Limit }) });
        ShardIterator = answer.NextShardIterator ?? ShardIterator;
        if (answer.Records.length > 0) onRecords?.(answer.Records);
      } catch (error) {
        // Others read the shard, too: it is tried again.
        if (!(error instanceof KinesisError)) throw error;
      }
      await sleep(kinesis.clock, everyMs);
    }
  };
  for (const shardId of kinesis.openShardIds(streamName)) void read(shardId);
  return {
    stop: () => {
      isRunning = false;
    },
  };
}
