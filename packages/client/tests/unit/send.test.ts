import { describe, expect, test } from "@jest/globals";
import { MAX_EVENT_BYTES } from "../../src/limits.ts";
import { setUp } from "../support/set-up.ts";

describe("send", () => {
  test("makes a CloudEvent with id and time of its creation, sent after the linger", async () => {
    const { client, clock, service, accepted, startedAt } = setUp({
      dataschemas: { "search.click": "https://s/1-0-0" },
    });
    const id = client.send("search.click", { rank: 3 }, { subject: "visitor-7", traceparent: "00-1-2-01" });
    await clock.runFor(999);
    expect(service.requests).toHaveLength(0);
    await clock.runFor(1);
    const [request] = service.requests;
    expect(request?.url).toBe("https://events.shop.example/v1/events");
    expect(request?.headers).toEqual({ authorization: "Bearer key-1", "content-type": "application/json" });
    expect(request?.events).toEqual([
      {
        specversion: "1.0",
        id,
        source: "https://shop.example/web",
        time: new Date(startedAt).toISOString(),
        dataschema: "https://s/1-0-0",
        subject: "visitor-7",
        traceparent: "00-1-2-01",
        type: "search.click",
        data: { rank: 3 },
      },
    ]);
    expect(accepted).toEqual([id]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("keeps an id, a source and a time of the application's own", async () => {
    const { client, clock, service } = setUp();
    const time = new Date("2026-01-02T03:04:05Z");
    expect(client.send("a", 1, { id: "order-7", source: "/other", time })).toBe("order-7");
    await clock.run(client.flush());
    expect(service.stored[0]).toMatchObject({ id: "order-7", source: "/other", time: "2026-01-02T03:04:05.000Z" });
  });

  test("gives an event without id one, also when the application passes `undefined`", async () => {
    const { client, clock, service } = setUp();
    const id = client.send("a", 1, { id: undefined });
    await clock.run(client.flush());
    expect(service.storedIds).toEqual([id]);
    expect(id).toMatch(/-7/);
  });

  test("adds the attributes that all events have, under those of the call; a fault in them loses no event", async () => {
    const { client, clock, service } = setUp({ attributes: () => ({ subject: "visitor-7", plan: "pro" }) });
    client.send("a", 1, { plan: "free" });
    await clock.run(client.flush());
    expect(service.stored[0]).toMatchObject({ subject: "visitor-7", plan: "free" });

    const other = setUp({
      attributes: () => {
        throw new Error("not signed in");
      },
    });
    other.client.send("a", 1);
    await other.clock.run(other.client.flush());
    expect(other.accepted).toHaveLength(1);
  });

  test("takes the data as it is at the moment of the call", async () => {
    const { client, clock, service } = setUp();
    const data = { rank: 1 };
    client.send("a", data);
    data.rank = 2;
    await clock.run(client.flush());
    expect(service.stored[0]?.data).toEqual({ rank: 1 });
  });
});

describe("a batch", () => {
  test("goes when it has as many events as it may", async () => {
    const { client, clock, service } = setUp({ maxBatchEvents: 3 });
    for (let index = 0; index < 7; index += 1) client.send("a", index);
    await clock.settle();
    expect(service.requests.map(({ events }) => events.length)).toEqual([3, 3]);
    await clock.runUntilIdle();
    expect(service.requests.map(({ events }) => events.length)).toEqual([3, 3, 1]);
  });

  test("goes when it has as many bytes as it may, and never more", async () => {
    const { client, clock, service } = setUp({ maxBatchBytes: 2_000 });
    for (let index = 0; index < 20; index += 1) client.send("a", "é".repeat(100));
    await clock.settle();
    expect(service.requests.length).toBeGreaterThan(1);
    await clock.runUntilIdle();
    expect(service.stored).toHaveLength(20);
    for (const { body } of service.requests) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(2_000);
  });

  test("holds one event alone that is larger than a batch", async () => {
    const { client, clock, service } = setUp({ maxBatchBytes: 500 });
    client.send("a", 1);
    client.send("a", "x".repeat(1_000));
    client.send("a", 2);
    await clock.run(client.flush());
    expect(service.requests.map(({ events }) => events.length)).toEqual([1, 1, 1]);
  });

  test("waits while as many requests are under way as may be", async () => {
    const { client, clock, service } = setUp({ maxBatchEvents: 1, maxConcurrentRequests: 2 });
    service.decide = () => ({ hangs: true });
    for (let index = 0; index < 5; index += 1) client.send("a", index);
    await clock.settle();
    expect(service.requests).toHaveLength(2);
  });
});

describe("an event that cannot be sent", () => {
  test("is dropped and told: too large, no JSON, after close", async () => {
    const { client, clock, service, drops } = setUp();
    client.send("a", "x".repeat(MAX_EVENT_BYTES));
    client.send("a", 1n);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    client.send("a", cycle);
    await clock.run(client.close());
    client.send("a", 2);
    expect(drops.map(({ reason }) => reason)).toEqual(["too-large", "not-serializable", "not-serializable", "closed"]);
    expect(drops[0]?.event).toMatchObject({ type: "a", source: "https://shop.example/web" });
    expect(service.requests).toHaveLength(0);
  });
});
