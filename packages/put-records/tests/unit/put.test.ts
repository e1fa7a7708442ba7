import { describe, expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import { createPutRecords, type Delivery, type PutRecord, type PutRecordsOptions } from "../../src/index.ts";
import { FakeKinesis, type FakeOptions } from "../support/fake-kinesis.ts";

const record = (i: number, key = `key-${i}`): PutRecord => ({ partitionKey: key, data: Buffer.from(`record ${i}\n`) });
const records = (count: number) => Array.from({ length: count }, (_, i) => record(i));

function setUp(fake: Omit<FakeOptions, "clock"> = {}, options: Partial<PutRecordsOptions> = {}) {
  const clock = new VirtualClock();
  const kinesis = new FakeKinesis({ clock, ...fake });
  const client = createPutRecords({ client: kinesis, streamName: "s", clock, random: () => 0.5, ...options });
  const run = async <T>(promise: Promise<T>): Promise<T> => {
    await clock.runUntilIdle();
    return promise;
  };
  return { clock, kinesis, client, run };
}

describe("put", () => {
  test("returns one delivery per record, in input order", async () => {
    const { client, kinesis, run } = setUp({ shards: 4 });
    const deliveries = await run(client.put(records(1200)));
    expect(deliveries).toHaveLength(1200);
    expect(kinesis.requests.map((request) => request.records.length)).toEqual([500, 500, 200]);
    for (const [i, delivery] of deliveries.entries()) {
      const stored = kinesis.stored.find((one) => Buffer.from(one.data).toString() === `record ${i}\n`);
      expect(delivery).toEqual({
        status: "delivered",
        shardId: stored?.shardId,
        sequenceNumber: stored?.sequenceNumber,
        attempts: 1,
        isAmbiguous: false,
      });
    }
  });

  test("sends only the failed records again", async () => {
    const { client, kinesis, run } = setUp({
      record: (one, _shard, request) => (request === 0 && one.PartitionKey === "key-3" ? "throttled" : "stored"),
    });
    const deliveries = await run(client.put(records(10)));
    expect(kinesis.requests.map((request) => request.records.length)).toEqual([10, 1]);
    expect(deliveries.map((delivery: Delivery) => delivery.attempts)).toEqual([1, 1, 1, 2, 1, 1, 1, 1, 1, 1]);
    expect(deliveries.every((delivery) => !delivery.isAmbiguous)).toBe(true);
    expect(kinesis.stored).toHaveLength(10);
  });
});
