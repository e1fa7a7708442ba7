import { describe, expect, jest, test } from "@jest/globals";
import { setUp } from "../support/set-up.ts";

const down = () => ({ status: 503, code: "overloaded" });

describe("the queue", () => {
  test("drops the oldest event that waits when it is full, and tells so", async () => {
    const { client, clock, service, drops, accepted } = setUp({ maxQueueEvents: 3 });
    const ids = [1, 2, 3, 4, 5].map((value) => client.send("a", value));
    expect(drops.map(({ event, reason, isAmbiguous }) => [event.id, reason, isAmbiguous])).toEqual([
      [ids[0], "queue-full", false],
      [ids[1], "queue-full", false],
    ]);
    await clock.runUntilIdle();
    expect(accepted).toEqual(ids.slice(2));
    expect(service.stored).toHaveLength(3);
  });

  test("counts bytes as well", () => {
    const { client, drops } = setUp({ maxQueueBytes: 262_144, maxBatchEvents: 1 });
    for (let index = 0; index < 4; index += 1) client.send("a", "x".repeat(100_000));
    // The first is under way, the last waits.
    expect(drops.map(({ reason }) => reason)).toEqual(["queue-full", "queue-full"]);
  });

  test("keeps what is under way, which may be stored already", async () => {
    const { client, clock, service, drops } = setUp({ maxQueueEvents: 2, maxBatchEvents: 2 });
    service.verdicts.push({ hangs: true });
    const ids = [1, 2, 3].map((value) => client.send("a", value));
    await clock.settle();
    expect(drops.map(({ event }) => event.id)).toEqual([ids[2]]);
  });

  test("drops what is too old, and says that it may be stored", async () => {
    const { client, clock, service, drops } = setUp({ maxAgeMs: 3_600_000 });
    service.verdicts.push({ lost: "after" });
    service.decide = down;
    client.send("a", 1);
    await clock.runFor(7_200_000);
    expect(drops).toMatchObject([{ reason: "expired", isAmbiguous: true }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("survives hooks that throw and reject", async () => {
    const fail = (): never => {
      throw new Error("the application's own fault");
    };
    const { client, clock, service } = setUp({
      maxBatchEvents: 1,
      onAccept: async () => fail(),
      onDrop: fail,
      onRetry: fail,
    });
    service.verdicts.push(down(), { status: 401, code: "unknown-write-key" });
    client.send("a", 1);
    client.send("a", 2);
    expect(await clock.run(client.flush())).toBe(true);
    expect(service.stored).toHaveLength(1);
  });

  test("warns once for each reason where nobody listens", async () => {
    const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
    const { client } = setUp({ onDrop: undefined as never });
    client.send("a", 1n);
    client.send("a", 2n);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain("@millrace/client dropped an event (not-serializable)");
    warn.mockRestore();
  });
});

describe("flush", () => {
  test("sends at once, and says when everything is settled", async () => {
    const { client, clock, startedAt } = setUp();
    client.send("a", 1);
    expect(await clock.run(client.flush())).toBe(true);
    expect(clock.now()).toBe(startedAt);
    expect(await client.flush()).toBe(true);
  });

  test("says after its time that not everything is, and respects Retry-After", async () => {
    const { client, clock, service } = setUp();
    service.decide = () => ({ ...down(), headers: { "retry-after": "60" } });
    client.send("a", 1);
    expect(await clock.run(client.flush({ timeoutMs: 30_000 }))).toBe(false);
    expect(service.requests).toHaveLength(1);
  });

  test("does not wait for events that were sent after it", async () => {
    const { client, clock, service } = setUp();
    client.send("a", 1);
    const flushed = client.flush();
    service.decide = () => ({ hangs: true });
    client.send("a", 2);
    expect(await clock.run(flushed)).toBe(true);
  });
});

describe("close", () => {
  test("sends what waits, keeps no timer, and says true", async () => {
    const { client, clock, accepted } = setUp();
    const id = client.send("a", 1);
    expect(await clock.run(client.close())).toBe(true);
    expect(accepted).toEqual([id]);
    expect(clock.pendingTimers).toBe(0);
    expect(await client.close()).toBe(true);
  });

  test("drops what is not settled by its deadline, and tells what may be stored", async () => {
    const { client, clock, service, drops } = setUp({ maxBatchEvents: 1 });
    service.decide = () => ({ hangs: true });
    const ids = [client.send("a", 1), client.send("a", 2)];
    expect(await clock.run(client.close({ timeoutMs: 2_000 }))).toBe(false);
    expect(drops.map(({ event, reason, isAmbiguous }) => [event.id, reason, isAmbiguous])).toEqual([
      [ids[0], "closed", true],
      [ids[1], "closed", false],
    ]);
    await clock.settle();
    expect(clock.pendingTimers).toBe(0);
    expect(service.requests).toHaveLength(1);
  });
});
