import { expect, test } from "@jest/globals";
import { createRandom, Faults, Kinesis, VirtualClock } from "@millrace/aws-simulator";
import { createPutRecords, type PutRecords } from "@millrace/put-records";
import { createStreamHandler } from "../../src/index.ts";
import { eventOf } from "../support/lambda.ts";

function recordsOf(kinesis: Kinesis, streamName: string): string[] {
  return kinesis.listShards({ StreamName: streamName }).Shards.flatMap(({ ShardId }) => {
    const { ShardIterator } = kinesis.getShardIterator({
      StreamName: streamName,
      ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    return kinesis.getRecords({ ShardIterator }).Records.map((record) => Buffer.from(record.Data).toString());
  });
}

test("with the real client and faulty streams, every output is stored, and stored twice only where it was marked", async () => {
  for (let seed = 1; seed <= 15; seed++) {
    const random = createRandom(`handler ${seed}`);
    const clock = new VirtualClock({ random });
    const rates = {
      recordThrottle: 0.2,
      recordInternalFailure: 0.02,
      recordInternalFailureStored: 0.02,
      serverErrorAfter: 0.1,
      resetAfter: 0.1,
      slow: 0.1,
    };
    const kinesis = new Kinesis({ clock, faults: new Faults({ seed, rates, operations: ["PutRecords"] }) });
    const sender = kinesis.client({ latencyMs: { min: 1, max: 40 } });
    const streams = new Map<string, PutRecords>();
    const destinations = (streamName: string) => {
      let stream = streams.get(streamName);
      if (stream === undefined) {
        kinesis.createStream({ streamName, shardCount: 3 });
        stream = createPutRecords({ client: sender, streamName, clock, random, requestTimeoutMs: 500 });
        streams.set(streamName, stream);
      }
      return stream;
    };
    let ambiguous = 0;
    const handler = createStreamHandler({
      processor: { name: "test", version: "1" },
      clock,
      destinations,
      process: (source) =>
        ["one", "two"].map((destination) => ({ destination, partitionKey: source.partitionKey, data: source.data })),
      onBatch: ({ destinations: reports }) => {
        for (const report of reports.values()) ambiguous += report.ambiguous;
      },
    });
    let batch = Array.from({ length: 700 }, (_, sequence) => ({ sequence, text: `record ${sequence}` }));
    const texts = batch.map((record) => record.text);
    for (let invocation = 0; batch.length > 0 && invocation < 50; invocation++) {
      const endsAt = clock.now() + 1500;
      const { batchItemFailures } = await clock.run(
        handler(eventOf(batch), { getRemainingTimeInMillis: () => endsAt - clock.now() }),
      );
      const checkpoint = batchItemFailures[0]?.itemIdentifier;
      batch = checkpoint === undefined ? [] : batch.filter((record) => record.sequence >= Number(checkpoint));
    }
    expect(batch).toEqual([]);
    await clock.runUntilIdle({ limitMs: 60_000 });
    for (const streamName of streams.keys()) {
      const stored = recordsOf(kinesis, streamName);
      expect([...new Set(stored)].sort()).toEqual([...texts].sort());
    }
    const doubled = [...streams.keys()].reduce((sum, name) => sum + recordsOf(kinesis, name).length - texts.length, 0);
    if (doubled > 0) expect(ambiguous).toBeGreaterThan(0);
  }
});
