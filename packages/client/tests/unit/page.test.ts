import { describe, expect, test } from "@jest/globals";
import { createEntry } from "../../src/entry.ts";
import { KEEPALIVE_BUDGET_BYTES } from "../../src/limits.ts";
import { FakePage } from "../support/fake-page.ts";
import { setUp } from "../support/set-up.ts";

function setUpPage(options: Parameters<typeof setUp>[0] = {}) {
  const page = new FakePage();
  return { page, ...setUp(options, page) };
}

describe("a page that is left", () => {
  test("sends what waits in a request that outlives it and needs no preflight", async () => {
    const { page, client, clock, service, accepted } = setUpPage({ writeKey: "k&1" });
    const ids = [client.send("a", 1), client.send("a", 2)];
    page.listener?.leave();
    const [request] = service.requests;
    expect(request?.url).toBe("https://events.shop.example/v1/events?key=k%261");
    expect(request?.headers).toEqual({});
    expect(request?.init).toMatchObject({ keepalive: true, credentials: "omit", method: "POST" });
    await clock.settle();
    expect(accepted).toEqual(ids);
    expect(page.kept.size).toBe(0);
    expect(page.reserved).toBe(0);
  });

  test("keeps to the budget that all requests under way share, and sends the rest when it stays", async () => {
    const { page, client, clock, service } = setUpPage({ maxBatchBytes: 40_000, lingerMs: 0 });
    service.verdicts.push({ hangs: true });
    for (let index = 0; index < 10; index += 1) client.send("a", "x".repeat(10_000));
    await clock.runFor(1);
    const underWay = Buffer.byteLength(service.requests[0]?.body ?? "");
    expect(service.requests[0]?.init.keepalive).toBe(true);
    page.listener?.leave();
    expect(service.requests).toHaveLength(2);
    expect(underWay + Buffer.byteLength(service.requests[1]?.body ?? "")).toBeLessThanOrEqual(KEEPALIVE_BUDGET_BYTES);
    page.listener?.leave();
    expect(service.requests).toHaveLength(2);
    await clock.runUntilIdle();
    expect(service.stored.length).toBeGreaterThanOrEqual(10);
    expect(new Set(service.storedIds).size).toBe(10);
  });

  test("takes back a batch that was being compressed", async () => {
    const { CompressionStream } = globalThis;
    let finish = (): void => undefined;
    const flush = () => new Promise<void>((resolve) => (finish = resolve));
    const createStuck = () => new TransformStream({ flush });
    globalThis.CompressionStream = function () {
      return createStuck();
    } as unknown as typeof CompressionStream;
    try {
      const { page, client, clock, service } = setUpPage({ gzip: true, lingerMs: 0 });
      client.send("a", "x".repeat(5_000));
      await clock.runFor(1);
      expect(service.requests).toHaveLength(0);
      page.listener?.leave();
      expect(service.requests).toHaveLength(1);
      finish();
      await clock.runUntilIdle();
      expect(service.stored).toHaveLength(1);
    } finally {
      globalThis.CompressionStream = CompressionStream;
    }
  });

  test("hands over by sendBeacon, once, where fetch has no keepalive", async () => {
    const { page, client, clock, service } = setUpPage();
    page.hasKeepalive = false;
    const id = client.send("a", 1);
    page.listener?.leave();
    page.listener?.leave();
    expect(page.beacons).toHaveLength(1);
    expect(page.beacons[0]?.url).toBe("https://events.shop.example/v1/events?key=key-1");
    // The browser does not say what became of it. If the page stays, the event is sent again, with its id.
    await clock.runUntilIdle();
    expect(service.storedIds).toEqual([id]);
  });

  test("sends nothing while it is offline, or the service has asked for time", async () => {
    const { page, client, clock, service } = setUpPage();
    page.online = false;
    client.send("a", 1);
    await clock.runFor(60_000);
    page.listener?.leave();
    expect(service.requests).toHaveLength(0);
    page.online = true;
    service.verdicts.push({ status: 503, code: "overloaded", headers: { "retry-after": "60" } });
    page.listener?.wake();
    await clock.settle();
    page.listener?.leave();
    page.listener?.wake();
    expect(service.requests).toHaveLength(1);
    await clock.runUntilIdle();
    expect(service.stored).toHaveLength(1);
  });

  test("forgets what waits when others may take it over, and takes it again when it comes back", async () => {
    const { page, client, clock, service, drops } = setUpPage();
    page.online = false;
    client.send("a", 1);
    page.listener?.abandon();
    page.online = true;
    await clock.runFor(10_000);
    expect(service.requests).toHaveLength(0);
    page.listener?.adopt([...page.kept.values()]);
    await clock.runUntilIdle();
    expect(service.stored).toHaveLength(1);
    expect(drops).toEqual([]);
  });
});

describe("a page", () => {
  test("sends what earlier pages left, the oldest first, within the bound of its queue", async () => {
    const { page, client, clock, service, drops } = setUpPage({ maxQueueEvents: 3 });
    const text = (data: number) => JSON.stringify({ specversion: "1.0", id: `e${data}`, source: "/", type: "a", data });
    client.send("a", 9);
    const now = clock.now();
    page.listener?.adopt([1, 2, 3].map((data) => createEntry(`row-${data}`, text(data), now - 10 + data, true)));
    expect(drops).toMatchObject([{ event: { id: "e1" }, reason: "queue-full", isAmbiguous: true }]);
    await clock.runUntilIdle();
    expect(service.stored.map(({ data }) => data)).toEqual([2, 3, 9]);
  });

  test("leaves what is not settled at its close to the next page", async () => {
    const { page, client, clock, drops } = setUpPage();
    page.online = false;
    client.send("a", 1);
    expect(await clock.run(client.close())).toBe(false);
    expect(drops).toEqual([]);
    expect(page.kept.size).toBe(1);
  });

  test("drops it where there is no store", async () => {
    const { page, client, clock, drops } = setUpPage();
    page.online = page.keeping = false;
    client.send("a", 1);
    expect(await clock.run(client.close())).toBe(false);
    expect(drops).toMatchObject([{ reason: "closed", isAmbiguous: false }]);
  });

  test("asks at once when the network is back, without waiting for its own delay", async () => {
    const { page, client, clock, service, startedAt } = setUpPage();
    service.verdicts.push({ lost: "before" });
    client.send("a", 1);
    await clock.runFor(1_000);
    page.listener?.wake();
    await clock.settle();
    expect(service.stored).toHaveLength(1);
    expect(clock.now() - startedAt).toBe(1_000);
  });
});
