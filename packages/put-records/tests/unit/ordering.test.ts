import { describe, expect, test } from "@jest/globals";
import { record, setUp, textOf } from "../support/set-up.ts";

const perKey = { ordering: "per-key" as const };

describe("ordering per key", () => {
  test("keeps a key in order when its first record is throttled, while other keys pass", async () => {
    const { client, clock, kinesis } = setUp(
      { record: (one, _shard, request) => (request < 2 && one.PartitionKey === "a" ? "throttled" : "stored") },
      perKey,
    );
    await clock.run(client.put([record(0, "a"), record(1, "b"), record(2, "a"), record(3, "c"), record(4, "a")]));
    const stored = kinesis.stored.map((one) => textOf(one.data).trim());
    expect(stored.filter((_text, i) => kinesis.stored[i]?.partitionKey === "a")).toEqual([
      "record 0",
      "record 2",
      "record 4",
    ]);
    expect(stored.slice(0, 2)).toEqual(["record 1", "record 3"]);
  });

  test("fills requests with unrelated keys", async () => {
    const { client, clock, kinesis } = setUp({}, perKey);
    await clock.run(client.put(Array.from({ length: 5000 }, (_, i) => record(i, `key-${i % 1000}`))));
    expect(kinesis.requests.map((request) => request.records.length)).toEqual(Array(10).fill(500));
    expect(kinesis.requests.every(({ records }) => new Set(records.map((one) => one.PartitionKey)).size === 500)).toBe(
      true,
    );
  });

  test("a record that may be sent again takes the later ones of its key with it", async () => {
    const { client, clock, kinesis } = setUp(
      { record: (one) => (textOf(one.Data) === "record 1\n" ? "throttled" : "stored") },
      { ...perKey, maxAttempts: 2 },
    );
    const deliveries = await clock.run(client.put([record(0, "a"), record(1, "a"), record(2, "a"), record(3, "b")]));
    expect(deliveries).toMatchObject([
      { status: "delivered" },
      { status: "failed", reason: "throttled" },
      {
        status: "failed",
        reason: "cancelled",
        attempts: 0,
        isAmbiguous: false,
        error: { code: "PUT_RECORDS_PREDECESSOR_FAILED" },
      },
      { status: "delivered" },
    ]);
    expect(kinesis.stored).toHaveLength(2);
  });

  test("a record that can never be stored does not: nobody will send it again", async () => {
    const { client, clock } = setUp({}, { ...perKey, maxRecordBytes: 100 });
    const deliveries = await clock.run(
      client.put([
        record(0, "a"),
        { partitionKey: "a", data: Buffer.alloc(200) },
        { partitionKey: "a", data: "text" as never },
        record(3, "a"),
      ]),
    );
    expect(deliveries.map((delivery) => delivery.status)).toEqual(["delivered", "failed", "failed", "delivered"]);
  });

  test("holds over several calls, also when an earlier one still waits for room", async () => {
    const { client, clock, kinesis } = setUp({}, { ...perKey, maxInFlightBytes: 40, lingerMs: 0 });
    const sent = Array.from({ length: 12 }, (_, i) => client.send(record(i, `k${i % 2}`)));
    await clock.run(Promise.all(sent));
    for (const key of ["k0", "k1"]) {
      const texts = kinesis.stored.filter((one) => one.partitionKey === key).map((one) => textOf(one.data));
      const numbers = texts.map((text) => Number(text.split(" ")[1]));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });

  test("a long line of one key settles without deep recursion", async () => {
    const { client, clock, startedAt } = setUp({ record: () => "throttled" }, perKey);
    const line = Array.from({ length: 50_000 }, (_, i) => record(i, "a"));
    const deliveries = await clock.run(client.put(line, { deadline: startedAt + 100 }));
    expect(deliveries.every((delivery) => delivery.status === "failed" && !delivery.isAmbiguous)).toBe(true);
  });
});

test("without ordering, records of one key share a request", async () => {
  const { client, clock, kinesis } = setUp();
  await clock.run(client.put(Array.from({ length: 300 }, (_, i) => record(i, "a"))));
  expect(kinesis.requests).toHaveLength(1);
});
