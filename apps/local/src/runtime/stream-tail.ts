import type { Kinesis } from "@millrace/aws-simulator";

const pollIntervalMs = 100;

/**
 * Calls back with every line that arrives in a stream until the signal aborts. It looks at the model beside the
 * pipeline's own consumers and takes none of their read capacity.
 */
export async function tailStream(
  kinesis: Kinesis,
  streamName: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
  fromStart: boolean,
): Promise<void> {
  /** Sequence numbers are decimal numbers that only grow within a shard. */
  const lastSeen = new Map<string, bigint>();
  let seenRecords = -1;
  let isFirstLook = true;
  while (!signal.aborted) {
    const { recordsIn } = kinesis.stats(streamName);
    if (recordsIn !== seenRecords) {
      seenRecords = recordsIn;
      for (const { shardId, record } of kinesis.recordsOf(streamName)) {
        const position = BigInt(record.SequenceNumber);
        if (position <= (lastSeen.get(shardId) ?? -1n)) continue;
        lastSeen.set(shardId, position);
        if (isFirstLook && !fromStart) continue;
        for (const line of Buffer.from(record.Data).toString("utf8").split("\n")) if (line !== "") onLine(line);
      }
    }
    isFirstLook = false;
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}
