import { describe, expect, test } from "@jest/globals";
import type { AmbiguousReport, RequestReport, ThrottleReport } from "../../src/index.ts";
import { record, records, setUp, textOf } from "../support/set-up.ts";

const sizes = ({ requests }: { requests: readonly { records: readonly unknown[] }[] }) =>
  requests.map((request) => request.records.length);

describe("put", () => {
  test("returns one delivery per record, in input order, from full requests", async () => {
    const { client, clock, kinesis } = setUp({ shards: 4 });
    const deliveries = await clock.run(client.put(records(1200)));
    expect(sizes(kinesis)).toEqual([500, 500, 200]);
    const stored = new Map(kinesis.stored.map((one) => [textOf(one.data), one]));
    expect(deliveries).toEqual(
      records(1200).map(({ data }) => ({
        status: "delivered",
        shardId: stored.get(textOf(data))?.shardId,
        sequenceNumber: stored.get(textOf(data))?.sequenceNumber,
        attempts: 1,
        isAmbiguous: false,
      })),
    );
  });

  test("of nothing makes no request", async () => {
    const { client, clock, kinesis } = setUp();
    expect(await clock.run(client.put([]))).toEqual([]);
    expect(kinesis.requests).toHaveLength(0);
  });

  test("leaves no timer behind, so that the process can end", async () => {
    const { client, clock } = setUp();
    await clock.run(client.put(records(3)));
    expect(clock.pendingTimers).toBe(0);
  });

  test("sends only the failed records again", async () => {
    const { client, clock, kinesis } = setUp({
      record: (one, _shard, request) => (request === 0 && one.PartitionKey === "key-3" ? "throttled" : "stored"),
    });
    const deliveries = await clock.run(client.put(records(10)));
    expect(sizes(kinesis)).toEqual([10, 1]);
    expect(deliveries.map((delivery) => delivery.attempts)).toEqual([1, 1, 1, 2, 1, 1, 1, 1, 1, 1]);
    expect(deliveries.some((delivery) => delivery.isAmbiguous)).toBe(false);
    expect(kinesis.stored).toHaveLength(10);
  });

  test("calls of the same turn share requests", async () => {
    const { client, clock, kinesis } = setUp();
    const both = await clock.run(Promise.all([client.put(records(3)), client.put([record(7)])]));
    expect(both.map((deliveries) => deliveries.length)).toEqual([3, 1]);
    expect(sizes(kinesis)).toEqual([4]);
  });

  test("keeps requests within 10 MiB, partition keys and their UTF-8 included", async () => {
    const { client, clock, kinesis } = setUp({}, { maxRecordBytes: 10 * 1024 * 1024 });
    const half = 5 * 1024 * 1024;
    // Two bytes of key each: exactly 10 MiB together; one of the third pair has a key of three bytes.
    const exact = ["é", "ü"].map((partitionKey) => ({ partitionKey, data: Buffer.alloc(half - 2) }));
    const over = ["é", "€"].map((partitionKey) => ({ partitionKey, data: Buffer.alloc(half - 2) }));
    const deliveries = await clock.run(client.put([...exact, ...over]));
    expect(deliveries.every((delivery) => delivery.status === "delivered")).toBe(true);
    expect(sizes(kinesis)).toEqual([2, 1, 1]);
  });

  test("keeps no more requests on the wire than maxConcurrentRequests", async () => {
    const { client, clock, kinesis } = setUp({}, { maxConcurrentRequests: 3 });
    await clock.run(client.put(records(5000)));
    expect(kinesis.mostInFlight).toBe(3);
  });

  test("gives up on a record after maxAttempts and names the last answer", async () => {
    const { client, clock, kinesis } = setUp({ record: () => "throttled" }, { maxAttempts: 3 });
    const [delivery] = await clock.run(client.put([record(1)]));
    expect(delivery).toMatchObject({ status: "failed", reason: "throttled", attempts: 3, isAmbiguous: false });
    expect(kinesis.requests).toHaveLength(3);
  });

  test("waits longer the longer a shard takes nothing, with full jitter", async () => {
    const { client, clock, kinesis } = setUp({ record: () => "throttled", latencyMs: 0 }, { maxAttempts: 5 });
    await clock.run(client.put([record(1)]));
    const waits = kinesis.requests.slice(1).map((request, i) => request.at - (kinesis.requests[i]?.at ?? 0));
    // Half of 25 ms × 2, × 4, …: the first answer already counts as one refusal. Timers round up.
    expect(waits).toEqual([25, 50, 100, 200]);
  });
});

describe("what is unknown", () => {
  test("a record answered with InternalFailure is sent again and marked, since it may be stored twice", async () => {
    const reports: AmbiguousReport[] = [];
    const { client, clock, kinesis } = setUp(
      {
        record: (one, _shard, request) =>
          request === 0 && one.PartitionKey === "key-1" ? "internal-stored" : "stored",
      },
      { hooks: { onAmbiguous: (report) => reports.push(report) } },
    );
    const deliveries = await clock.run(client.put(records(3)));
    expect(deliveries.map((delivery) => delivery.isAmbiguous)).toEqual([false, true, false]);
    expect(kinesis.stored).toHaveLength(4);
    expect(reports).toEqual([{ records: 1, cause: "internal-failure" }]);
    expect(client.stats()).toMatchObject({ ambiguous: 1, retried: 1, delivered: 3 });
  });

  test.each(["reset", "unavailable", "silent"] as const)(
    "a request that ends in '%s' leaves its records unknown",
    async (fate) => {
      const reports: AmbiguousReport[] = [];
      const { client, clock, kinesis } = setUp(
        { request: (index) => (index === 0 ? { after: fate } : {}) },
        { hooks: { onAmbiguous: (report) => reports.push(report) } },
      );
      const deliveries = await clock.run(client.put(records(3)));
      expect(deliveries).toMatchObject(Array(3).fill({ status: "delivered", attempts: 2, isAmbiguous: true }));
      expect(kinesis.stored).toHaveLength(6);
      expect(reports).toMatchObject([{ records: 3, cause: "no-answer" }]);
    },
  );

  test("an answer of another length than the request says nothing about any record", async () => {
    const reports: AmbiguousReport[] = [];
    const { client, clock } = setUp(
      { request: (index) => (index === 0 ? { after: "truncated" } : {}) },
      { hooks: { onAmbiguous: (report) => reports.push(report) } },
    );
    const deliveries = await clock.run(client.put(records(3)));
    expect(deliveries).toMatchObject(Array(3).fill({ status: "delivered", attempts: 2, isAmbiguous: true }));
    expect(reports).toEqual([{ records: 3, cause: "malformed-answer" }]);
  });

  test("with onAmbiguous 'fail' it is not sent again", async () => {
    const { client, clock, kinesis } = setUp({ request: () => ({ after: "reset" }) }, { onAmbiguous: "fail" });
    const [delivery] = await clock.run(client.put([record(1)]));
    expect(delivery).toMatchObject({ status: "failed", reason: "unknown", attempts: 1, isAmbiguous: true });
    expect(delivery).toMatchObject({ error: { code: "PUT_RECORDS_OUTCOME_UNKNOWN" } });
    expect(kinesis.stored).toHaveLength(1);
  });

  test("retries that the SDK made on its own count as unknown attempts", async () => {
    const { clock } = setUp();
    const { createPutRecords } = await import("../../src/index.ts");
    const client = createPutRecords({
      clock,
      streamName: "s",
      client: {
        send: async () => ({
          Records: [{ ShardId: "shardId-000000000000", SequenceNumber: "1" }],
          $metadata: { attempts: 2 },
        }),
      },
    });
    expect(await clock.run(client.put([record(1)]))).toMatchObject([{ status: "delivered", isAmbiguous: true }]);
    expect(client.stats().ambiguous).toBe(1);
  });

  test("a per-record throttle and a 4xx answer are not unknown", async () => {
    const { client, clock } = setUp({
      record: (_one, _shard, request) => (request === 0 ? "throttled" : "stored"),
      request: (index) => (index === 1 ? { before: { status: 400, name: "LimitExceededException" } } : {}),
    });
    const deliveries = await clock.run(client.put(records(2)));
    expect(deliveries).toMatchObject(Array(2).fill({ status: "delivered", attempts: 3, isAmbiguous: false }));
    expect(client.stats()).toMatchObject({ ambiguous: 0, throttled: 4 });
  });
});

describe("hooks", () => {
  test("see every request and every throttled shard", async () => {
    const requests: RequestReport[] = [];
    const throttles: ThrottleReport[] = [];
    const { client, clock } = setUp(
      { record: (_one, _shard, request) => (request === 0 ? "throttled" : "stored"), latencyMs: 7 },
      { hooks: { onRequest: (report) => requests.push(report), onThrottle: (report) => throttles.push(report) } },
    );
    await clock.run(client.put([record(1)]));
    const bytes = "key-1record 1\n".length;
    expect(requests).toEqual([
      { records: 1, bytes, durationMs: 7, delivered: 0, throttled: 1, ambiguous: 0 },
      { records: 1, bytes, durationMs: 7, delivered: 1, throttled: 0, ambiguous: 0 },
    ]);
    expect(throttles).toEqual([{ shardId: "shardId-000000000000", records: 1 }]);
  });

  test("that throw lose no record and are counted", async () => {
    const { client, clock } = setUp(
      {},
      {
        hooks: {
          onRequest: () => {
            throw new Error("metrics are down");
          },
        },
      },
    );
    expect(await clock.run(client.put([record(1)]))).toMatchObject([{ status: "delivered" }]);
    expect(client.stats().hookErrors).toBe(1);
  });
});
