import { describe, expect, test } from "@jest/globals";
import { createWorld, type EntryKind, recordOf } from "../support/world.ts";

const many = (count: number) => Array.from({ length: count }, (_, index) => recordOf(String(index)));

describe.each<EntryKind>(["sqs", "eventbridge"])("a destination of the kind %s", (kind) => {
  test("gets every event, ten a request, and each has its outcome", async () => {
    const world = createWorld(kind);
    const deliveries = await world.put(many(25));
    expect(deliveries).toHaveLength(25);
    expect(new Set(deliveries.map(({ status, attempts }) => `${status} ${attempts}`))).toEqual(
      new Set(["delivered 1"]),
    );
    expect(world.calls.map(({ entries }) => entries).toSorted()).toEqual([10, 10, 5]);
    expect(world.stored().toSorted()).toEqual(
      many(25)
        .map(({ partitionKey }) => partitionKey)
        .toSorted(),
    );
  });

  test("is sent again only what it did not take", async () => {
    const world = createWorld(kind, { entryThrottle: 0.5 });
    const deliveries = await world.put(many(40));
    expect(deliveries.every(({ status }) => status === "delivered")).toBe(true);
    expect(new Set(world.stored()).size).toBe(world.stored().length);
    expect(deliveries.some(({ attempts }) => attempts > 1)).toBe(true);
  });

  test("that throttles everything keeps a put no longer than its deadline", async () => {
    const world = createWorld(kind);
    world.faults.breakDestination("test-orders");
    const startedAt = world.clock.now();
    const deliveries = await world.put(many(12), 2_000);
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(2_000);
    expect(deliveries).toHaveLength(12);
    for (const delivery of deliveries) {
      expect(delivery).toMatchObject({ status: "failed", reason: "throttled", isAmbiguous: false });
      expect(delivery).toMatchObject({ error: { code: "DESTINATION_THROTTLED", concerns: "moment" } });
    }
    expect(world.stored()).toEqual([]);
  });

  test("is given up after half a minute where no deadline is given", async () => {
    const world = createWorld(kind);
    world.faults.breakDestination("test-orders");
    const startedAt = world.clock.now();
    const [delivery] = await world.clock.run(world.writer.put(many(1)));
    expect(delivery).toMatchObject({ status: "failed", reason: "throttled" });
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(30_000);
  });

  test("whose answers are lost may hold what is not confirmed, and the outcome says so", async () => {
    const world = createWorld(kind, { resetAfter: 1 });
    const deliveries = await world.put(many(3), 1_000);
    for (const delivery of deliveries) expect(delivery).toMatchObject({ status: "failed", isAmbiguous: true });
    expect(new Set(world.stored())).toEqual(new Set(["0", "1", "2"]));
  });

  test("refuses an event above its limit alone, without a request for it", async () => {
    const world = createWorld(kind);
    const [large, small] = await world.put([recordOf("large", { text: "x".repeat(1_048_576) }), recordOf("small")]);
    expect(large).toMatchObject({ status: "failed", reason: "oversized", attempts: 0, isAmbiguous: false });
    expect(large).toMatchObject({ error: { code: "DESTINATION_OVERSIZED", concerns: "record" } });
    expect(small).toMatchObject({ status: "delivered" });
    expect(world.calls).toHaveLength(1);
  });

  test("fills requests by bytes as well", async () => {
    const world = createWorld(kind);
    const records = ["a", "b", "c"].map((id) => recordOf(id, { text: "x".repeat(400_000) }));
    const deliveries = await world.put(records);
    expect(deliveries.every(({ status }) => status === "delivered")).toBe(true);
    expect(world.calls.map(({ entries }) => entries).toSorted()).toEqual([1, 2]);
  });
});

test("a queue that does not exist fails each event after one request, as a matter of the destination", async () => {
  const world = createWorld("sqs");
  const { openDestination, targetOf } = await import("../../src/index.ts");
  const { SqsQueues } = await import("@millrace/aws-simulator");
  const call = new SqsQueues({ clock: world.clock }).client();
  let calls = 0;
  const destination = { kind: "sqs", name: "gone" } as const;
  const writer = openDestination(
    targetOf(destination, { stage: "test", region: "eu-west-1", accountId: "000000000000", prefix: "" }),
    {
      kinesis: () => {
        throw new Error("No stream is written to.");
      },
      call: () => (operation, input, signal) => {
        calls += 1;
        return call(operation, input, signal);
      },
      clock: world.clock,
      random: () => 0.5,
    },
  );
  const deliveries = await world.clock.run(writer.put(many(200), { deadline: world.clock.now() + 8_000 }));
  expect(deliveries).toHaveLength(200);
  expect(calls).toBeLessThan(10);
  for (const delivery of deliveries) {
    expect(delivery).toMatchObject({ status: "failed", isAmbiguous: false });
    expect(delivery).toMatchObject({ error: { code: "DESTINATION_MISSING", concerns: "stream" } });
    expect(delivery).toMatchObject({
      error: { message: expect.stringContaining("SQS queue gone: QueueDoesNotExist") },
    });
  }
});

test.each<EntryKind>(["sqs", "eventbridge"])("without credentials %s is not asked again and again", async (kind) => {
  const { clock } = createWorld(kind);
  const { openDestination, targetOf } = await import("../../src/index.ts");
  const message = "Could not load credentials from any providers";
  let calls = 0;
  const call = () => {
    calls += 1;
    return Promise.reject(Object.assign(new Error(message), { name: "CredentialsProviderError" }));
  };
  const writer = openDestination(
    targetOf({ kind, name: "orders" }, { stage: "test", region: "eu-west-1", accountId: "000000000000", prefix: "" }),
    {
      kinesis: () => {
        throw new Error("No stream is written to.");
      },
      call: () => call,
      clock,
      random: () => 0.5,
    },
  );
  const [delivery] = await clock.run(writer.put([recordOf("1")]));
  expect(calls).toBe(1);
  expect(delivery).toMatchObject({ status: "failed", reason: "rejected", isAmbiguous: false });
  expect(delivery).toMatchObject({
    error: { code: "DESTINATION_DENIED", message: expect.stringContaining(message) },
  });
});

test("a message keeps its text where SQS takes no such character", async () => {
  const world = createWorld("sqs");
  const [delivery] = await world.put([recordOf("odd \uffff\ufffe")]);
  expect(delivery).toMatchObject({ status: "delivered" });
  expect(world.stored()).toEqual(["odd \uffff\ufffe"]);
});

test("an event whose type is no detail-type is refused with the reason", async () => {
  const world = createWorld("eventbridge");
  const [delivery] = await world.put([recordOf("1", { type: "x".repeat(129) })]);
  expect(delivery).toMatchObject({ status: "failed", reason: "rejected", error: { concerns: "record" } });
  expect(world.calls).toEqual([]);
});
