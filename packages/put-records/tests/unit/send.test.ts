import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "@jest/globals";
import { record, records, setUp } from "../support/set-up.ts";

describe("send", () => {
  test("waits lingerMs for company", async () => {
    const { client, clock, kinesis, startedAt } = setUp({ latencyMs: 0 }, { lingerMs: 10 });
    const first = client.send(record(1));
    await clock.runFor(6);
    const second = client.send(record(2));
    const deliveries = await clock.run(Promise.all([first, second]));
    expect(deliveries).toMatchObject([{ status: "delivered" }, { status: "delivered" }]);
    expect(kinesis.requests.map((request) => [request.at - startedAt, request.records.length])).toEqual([[10, 2]]);
  });

  test("does not wait once there are 500 records", async () => {
    const { client, clock, kinesis, startedAt } = setUp({ latencyMs: 0 }, { lingerMs: 1000 });
    await clock.run(Promise.all(records(500).map((one) => client.send(one))));
    expect(kinesis.requests.map((request) => request.records.length)).toEqual([500]);
    expect(clock.now()).toBe(startedAt);
  });

  test("does not wait once there are 256 KiB for one shard", async () => {
    const { client, clock, kinesis } = setUp(
      { latencyMs: 0, shards: 2 },
      { lingerMs: 1000, maxConcurrentRequests: 100 },
    );
    await clock.run(client.send(record(0)));
    expect(kinesis.shardLists).toBe(1);
    const before = clock.now();
    const data = Buffer.alloc(32 * 1024);
    const sent = Promise.all(Array.from({ length: 8 }, () => client.send({ partitionKey: "same", data })));
    await clock.run(sent);
    expect(clock.now()).toBe(before);
    expect(kinesis.requests.at(-1)?.records).toHaveLength(8);
  });

  test("works where ListShards is not allowed, and does not keep asking", async () => {
    const { client, clock, kinesis } = setUp({ canListShards: false });
    for (let i = 0; i < 50; i++) await clock.run(client.send(record(i)));
    expect(kinesis.stored).toHaveLength(50);
    expect(kinesis.shardLists).toBe(1);
  });

  test("a lingering record goes along with a put that leaves earlier", async () => {
    const { client, clock, kinesis } = setUp({}, { lingerMs: 1000 });
    const sent = client.send(record(1));
    await clock.run(Promise.all([sent, client.put([record(2)])]));
    expect(kinesis.requests.map((request) => request.records.length)).toEqual([2]);
  });
});

describe("backpressure", () => {
  const size = "key-1record 1\n".length;

  test("holds back what does not fit into maxInFlightBytes until there is room, first come first served", async () => {
    const { client, clock, kinesis } = setUp({}, { maxInFlightBytes: 3 * size, lingerMs: 0 });
    let most = 0;
    const sent = records(9).map(async (one) => {
      const delivery = await client.send(one);
      most = Math.max(most, client.stats().inFlightBytes);
      return delivery;
    });
    await clock.runFor(1);
    expect(client.stats().inFlightBytes).toBe(3 * size);
    await clock.run(Promise.all(sent));
    expect(most).toBeLessThanOrEqual(3 * size);
    expect(kinesis.stored.map((one) => one.partitionKey)).toEqual(records(9).map((one) => one.partitionKey));
  });

  test("refuses at once on request", async () => {
    const { client, clock } = setUp({}, { maxInFlightBytes: 2 * size, lingerMs: 0 });
    const accepted = [client.send(record(1)), client.send(record(2))];
    const refused = await client.send(record(3), { onFull: "refuse" });
    expect(refused).toMatchObject({
      status: "failed",
      reason: "throttled",
      attempts: 0,
      isAmbiguous: false,
      error: { code: "PUT_RECORDS_BACKPRESSURE" },
    });
    await clock.run(Promise.all(accepted));
    expect(await clock.run(client.send(record(3), { onFull: "refuse" }))).toMatchObject({ status: "delivered" });
  });

  test("lets one put that is larger than everything in, alone", async () => {
    const { client, clock } = setUp({}, { maxInFlightBytes: size });
    const all = await clock.run(Promise.all([client.put(records(10)), client.put(records(10))]));
    expect(all.flat().every((delivery) => delivery.status === "delivered")).toBe(true);
  });

  test("a record that waits for room still has its deadline", async () => {
    const { client, clock, startedAt } = setUp(
      { record: () => "throttled" },
      { maxInFlightBytes: size, timeoutMs: 5000 },
    );
    const first = client.send(record(1));
    const second = await clock.run(client.send(record(2), { deadline: startedAt + 100 }));
    expect(second).toMatchObject({ reason: "expired", attempts: 0 });
    expect(clock.now()).toBe(startedAt + 100);
    await clock.run(first);
  });
});

describe("flush and close", () => {
  test("flush sends what lingers and waits for everything accepted before", async () => {
    const { client, clock, kinesis, startedAt } = setUp({ latencyMs: 5 }, { lingerMs: 1000 });
    const sent = client.send(record(1));
    await clock.run(client.flush());
    expect(clock.now()).toBe(startedAt + 5);
    expect(await sent).toMatchObject({ status: "delivered" });
    expect(kinesis.requests).toHaveLength(1);
  });

  test("flush of an idle client resolves", async () => {
    const { client } = setUp();
    await expect(client.flush()).resolves.toBeUndefined();
  });

  test("close gives every accepted record its delivery, also those still waiting for room", async () => {
    const { client, clock } = setUp({}, { maxInFlightBytes: 20, lingerMs: 1000 });
    const sent = records(20).map((one) => client.send(one));
    const closed = client.close();
    expect(client.close()).toBe(closed);
    await clock.run(closed);
    expect(await Promise.all(sent)).toMatchObject(Array(20).fill({ status: "delivered" }));
    expect(clock.pendingTimers).toBe(0);
  });

  test("close ends even when Kinesis never answers: every record has a deadline", async () => {
    const { client, clock, startedAt } = setUp({ request: () => ({ before: "silent" }) }, { timeoutMs: 3000 });
    const sent = client.send(record(1));
    await clock.run(client.close());
    expect(await sent).toMatchObject({ status: "failed", reason: "unknown", isAmbiguous: true });
    expect(clock.now()).toBe(startedAt + 3000);
  });
});

test("memory stays bounded while Kinesis stalls and callers give up and come back", async () => {
  const { client, clock } = setUp(
    { request: () => ({ before: "silent" }) },
    { maxInFlightBytes: 100_000, lingerMs: 1, maxConcurrentRequests: 2 },
  );
  let most = 0;
  let settled = 0;
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < 500; i++) {
      const options = { deadline: clock.now() + 200, onFull: i % 2 === 0 ? ("wait" as const) : ("refuse" as const) };
      void client.send({ partitionKey: `k${i}`, data: Buffer.alloc(500) }, options).then(() => settled++);
    }
    most = Math.max(most, client.stats().inFlightBytes);
    await clock.runFor(1000);
  }
  expect(most).toBeLessThanOrEqual(100_000);
  expect(settled).toBe(30_000);
  expect(client.stats()).toMatchObject({ inFlightBytes: 0, pendingRecords: 0 });
});

test("records whose deadline passed are let go although the requests before them still hang", async () => {
  const { client, clock } = setUp(
    { request: () => ({ before: "silent" }) },
    { maxConcurrentRequests: 1, requestTimeoutMs: 1e6, timeoutMs: 1e6, lingerMs: 0 },
  );
  void client.send(record(0));
  await clock.runFor(10);
  const held: WeakRef<Uint8Array>[] = [];
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 1000; i++) {
      const data = new Uint8Array(10);
      held.push(new WeakRef(data));
      void client.send({ partitionKey: `k${i}`, data }, { deadline: clock.now() + 50 });
    }
    await clock.runFor(100);
  }
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  expect(held.filter((data) => data.deref() !== undefined).length).toBeLessThan(1100);
});
