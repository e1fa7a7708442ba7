import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import { createPutRecords } from "../../src/index.ts";
import { record, records, setUp } from "../support/set-up.ts";

describe("the deadline", () => {
  test("that has passed already sends nothing", async () => {
    const { client, clock, kinesis } = setUp();
    const deliveries = await clock.run(client.put(records(2), { deadline: clock.now() }));
    expect(deliveries).toMatchObject(Array(2).fill({ status: "failed", reason: "expired", attempts: 0 }));
    expect(kinesis.requests).toHaveLength(0);
  });

  test("ends waiting at once: what was throttled is known not to be stored", async () => {
    const { client, clock, kinesis, startedAt } = setUp({ record: () => "throttled" });
    const deliveries = await clock.run(client.put(records(2), { deadline: startedAt + 500 }));
    expect(clock.now()).toBe(startedAt + 500);
    expect(deliveries).toMatchObject(
      Array(2).fill({ status: "failed", reason: "throttled", isAmbiguous: false, attempts: kinesis.requests.length }),
    );
  });

  test("leaves what is on the wire unknown, and does not wait for it", async () => {
    const { client, clock, kinesis, startedAt } = setUp({ latencyMs: 800 });
    const deliveries = await clock.run(client.put(records(2), { deadline: startedAt + 500 }));
    expect(clock.now()).toBe(startedAt + 500);
    expect(deliveries).toMatchObject(
      Array(2).fill({
        status: "failed",
        reason: "unknown",
        attempts: 1,
        isAmbiguous: true,
        error: { code: "PUT_RECORDS_OUTCOME_UNKNOWN" },
      }),
    );
    expect(client.stats()).toMatchObject({ ambiguous: 2, inFlightBytes: 0 });
    await clock.runUntilIdle();
    expect(kinesis.stored).toHaveLength(2);
    expect(client.stats().ambiguous).toBe(2);
  });

  test("gives a request up when nobody waits for any of its records", async () => {
    const { client, clock, startedAt } = setUp({ request: () => ({ before: "silent" }) }, { requestTimeoutMs: 60_000 });
    await clock.run(client.put(records(2), { deadline: startedAt + 500 }));
    await clock.settle();
    expect(client.stats().inFlightRequests).toBe(0);
  });

  test("is timeoutMs from now where none is given", async () => {
    const { client, clock, startedAt } = setUp({ record: () => "throttled" }, { timeoutMs: 1234 });
    await clock.run(client.put(records(1)));
    expect(clock.now()).toBe(startedAt + 1234);
  });

  test("of each call is its own", async () => {
    const { client, clock, startedAt } = setUp({ record: () => "throttled" });
    const ends = await clock.run(
      Promise.all(
        [900, 300, 600].map(async (ms) => {
          await client.put([record(ms)], { deadline: startedAt + ms });
          return clock.now() - startedAt;
        }),
      ),
    );
    expect(ends).toEqual([900, 300, 600]);
  });
});

describe("a request that gets no answer", () => {
  test("is given up after requestTimeoutMs and its records are sent again", async () => {
    const { client, clock, kinesis, startedAt } = setUp(
      { request: (index) => (index === 0 ? { before: "silent" } : {}), latencyMs: 0 },
      { requestTimeoutMs: 700 },
    );
    const deliveries = await clock.run(client.put(records(2)));
    expect(deliveries).toMatchObject(Array(2).fill({ status: "delivered", attempts: 2, isAmbiguous: true }));
    // 700 ms for the timeout, then half of the first 100 ms of backoff.
    expect(kinesis.requests[1]?.at).toBe(startedAt + 750);
  });
});

test("times without limit are not over at once, whatever the clock makes of an endless delay", async () => {
  const { client, clock } = setUp(
    { latencyMs: 60_000 },
    { requestTimeoutMs: Number.POSITIVE_INFINITY, timeoutMs: Number.POSITIVE_INFINITY },
  );
  expect(await clock.run(client.put(records(2)))).toMatchObject(
    Array(2).fill({ status: "delivered", attempts: 1, isAmbiguous: false }),
  );
  expect(clock.pendingTimers).toBe(0);
});

test("a client that ignores its abort signal is given up all the same", async () => {
  const clock = new VirtualClock();
  let calls = 0;
  const send = () => (calls++ === 0 ? new Promise(() => undefined) : Promise.resolve(answer));
  const answer = { Records: [{ ShardId: "shardId-000000000000", SequenceNumber: "1" }] };
  const client = createPutRecords({ client: { send }, streamName: "s", clock, requestTimeoutMs: 100 });
  expect(await clock.run(client.put(records(1)))).toMatchObject([
    { status: "delivered", attempts: 2, isAmbiguous: true },
  ]);
});

describe("cancelling", () => {
  test("leaves no listener behind on a signal that outlives the call", async () => {
    const { client, clock } = setUp();
    const { signal } = new AbortController();
    await clock.run(Promise.all([client.put(records(2), { signal }), client.send(record(3), { signal })]));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("before the call sends nothing", async () => {
    const { client, clock, kinesis } = setUp();
    const deliveries = await clock.run(client.put(records(2), { signal: AbortSignal.abort("changed my mind") }));
    expect(deliveries).toMatchObject(
      Array(2).fill({
        status: "failed",
        reason: "cancelled",
        attempts: 0,
        isAmbiguous: false,
        error: { code: "PUT_RECORDS_CANCELLED", cause: "changed my mind" },
      }),
    );
    expect(kinesis.requests).toHaveLength(0);
  });

  test("lets what is on the wire have its answer and cancels the rest at once", async () => {
    const { client, clock, kinesis } = setUp({ latencyMs: 50 }, { maxConcurrentRequests: 1 });
    const controller = new AbortController();
    clock.setTimeout(() => controller.abort(), 20);
    const deliveries = await clock.run(client.put(records(600), { signal: controller.signal }));
    expect(deliveries.slice(0, 500).every((delivery) => delivery.status === "delivered")).toBe(true);
    expect(deliveries.slice(500)).toMatchObject(
      Array(100).fill({ reason: "cancelled", attempts: 0, isAmbiguous: false }),
    );
    expect(kinesis.stored).toHaveLength(500);
  });

  test("does not send again what failed on the wire, and says whether it may be stored", async () => {
    const { client, clock, kinesis } = setUp({
      latencyMs: 50,
      record: (one) => (one.PartitionKey === "key-0" ? "throttled" : "internal-stored"),
    });
    const controller = new AbortController();
    clock.setTimeout(() => controller.abort(), 20);
    const deliveries = await clock.run(client.put(records(2), { signal: controller.signal }));
    expect(deliveries).toMatchObject([
      { reason: "cancelled", attempts: 1, isAmbiguous: false },
      { reason: "cancelled", attempts: 1, isAmbiguous: true },
    ]);
    expect(kinesis.requests).toHaveLength(1);
  });

  test("ends a wait between two attempts", async () => {
    const { client, clock, startedAt } = setUp({ record: () => "throttled", latencyMs: 0 });
    const controller = new AbortController();
    clock.setTimeout(() => controller.abort(), 30);
    const deliveries = await clock.run(client.put(records(1), { signal: controller.signal }));
    expect(clock.now()).toBe(startedAt + 30);
    expect(deliveries).toMatchObject([{ reason: "cancelled", attempts: 2, isAmbiguous: false }]);
  });

  test("one call leaves the others of the same request alone", async () => {
    const { client, clock } = setUp({ record: (_one, _shard, request) => (request < 2 ? "throttled" : "stored") });
    const controller = new AbortController();
    clock.setTimeout(() => controller.abort(), 10);
    const [mine, theirs] = await clock.run(
      Promise.all([client.put(records(1), { signal: controller.signal }), client.put(records(1))]),
    );
    expect(mine).toMatchObject([{ reason: "cancelled" }]);
    expect(theirs).toMatchObject([{ status: "delivered" }]);
  });
});
