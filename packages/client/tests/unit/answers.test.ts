import { describe, expect, test } from "@jest/globals";
import { setUp } from "../support/set-up.ts";
import type { Verdict } from "../support/fake-service.ts";

const passing: readonly [string, Verdict][] = [
  ["503 of the service", { status: 503, code: "overloaded" }],
  ["429 of the service", { status: 429, code: "quota-exceeded" }],
  ["500 of the service", { status: 500, code: "internal-error" }],
  ["502 of a proxy", { status: 502 }],
  ["403 of a proxy", { status: 403 }],
  ["413 of a proxy", { status: 413 }],
  ["404 while the service is rolled out", { status: 404 }],
  ["200 of a captive portal", { status: 200 }],
  ["a connection that breaks before", { lost: "before" }],
  ["a connection that breaks after the service stored them", { lost: "after" }],
];

describe("an answer that passes", () => {
  test.each(passing)("%s: the same text is sent again", async (_name, verdict) => {
    const { client, clock, service, accepted, drops, retries } = setUp();
    const ids = [client.send("a", 1), client.send("a", 2)];
    service.verdicts.push(verdict);
    await clock.runUntilIdle();
    const [first, second] = service.requests;
    expect(second?.body).toBe(first?.body);
    expect(service.requests).toHaveLength(2);
    expect(accepted).toEqual(ids);
    expect(drops).toEqual([]);
    expect(retries).toMatchObject([{ events: 2, status: verdict.status ?? 0, failures: 1, delayMs: 500 }]);
    expect(new Set(service.storedIds)).toEqual(new Set(ids));
  });

  test("a request without answer is given up after its time", async () => {
    const { client, clock, service, retries } = setUp({ requestTimeoutMs: 5_000 });
    client.send("a", 1);
    service.verdicts.push({ hangs: true });
    await clock.runFor(1_000 + 5_000);
    expect(retries).toMatchObject([{ status: 0, detail: "There was no answer: The time of 5000 ms was up." }]);
    await clock.runUntilIdle();
    expect(new Set(service.storedIds).size).toBe(1);
  });
});

describe("the time until an event is sent again", () => {
  test("grows, spread over the whole of it, up to a minute", async () => {
    const { client, clock, service, retries } = setUp({ random: () => 0.999 });
    client.send("a", 1);
    service.verdicts.push(...Array.from({ length: 9 }, () => ({ status: 503, code: "overloaded" })));
    await clock.runUntilIdle();
    expect(retries.map(({ delayMs }) => Math.round(delayMs / 999))).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  const retryAfters: readonly [string, string, number][] = [
    ["seconds", "7", 7_000],
    ["a date", new Date(Date.UTC(2026, 0, 1) + 1_000 + 9_000).toUTCString(), 9_000],
    ["a date that is past", "Wed, 21 Oct 2015 07:28:00 GMT", 500],
    ["more than an hour", "999999999", 3_600_000],
    ["nothing that can be read", "soon", 500],
  ];
  test.each(retryAfters)("follows Retry-After: %s", async (_name, header, delayMs) => {
    const { client, clock, service, startedAt } = setUp();
    client.send("a", 1);
    service.verdicts.push({ status: 503, code: "overloaded", headers: { "retry-after": header } });
    await clock.runUntil(() => service.requests.length === 2);
    expect(clock.now() - startedAt).toBe(1_000 + delayMs);
  });

  test("holds back new events as well, and one request asks first", async () => {
    const { client, clock, service } = setUp({ maxConcurrentRequests: 4, maxBatchEvents: 1 });
    service.decide = () => ({ status: 429, code: "key-over-share", headers: { "retry-after": "10" } });
    client.send("a", 0);
    await clock.settle();
    for (let index = 1; index < 8; index += 1) client.send("a", index);
    await clock.runFor(9_999);
    expect(service.requests).toHaveLength(1);
    await clock.runFor(1);
    expect(service.requests).toHaveLength(2);
    service.decide = () => ({});
    await clock.runUntilIdle();
    expect(service.stored).toHaveLength(8);
  });

  test("counts requests that fail together once", async () => {
    const { client, clock, service, retries } = setUp({ maxConcurrentRequests: 4, maxBatchEvents: 1 });
    service.verdicts.push(...Array.from({ length: 4 }, () => ({ lost: "before" as const })));
    for (let index = 0; index < 4; index += 1) client.send("a", index);
    await clock.runUntilIdle();
    expect(retries.map(({ failures }) => failures)).toEqual([1, 1, 1, 1]);
    expect(service.stored).toHaveLength(4);
  });
});

describe("an answer for a part", () => {
  test("202 with rejected events: these are dropped with their code, the others are stored", async () => {
    const { client, clock, service, accepted, drops } = setUp();
    const ids = [1, 2, 3].map((value) => client.send("a", value));
    service.verdicts.push({ rejected: [1] });
    await clock.runUntilIdle();
    expect(service.requests).toHaveLength(1);
    expect(accepted).toEqual([ids[0], ids[2]]);
    expect(drops).toMatchObject([
      { event: { id: ids[1] }, reason: "refused", code: "invalid-attribute-value", isAmbiguous: false },
    ]);
  });

  test("503 with unconfirmed events: only these go again", async () => {
    const { client, clock, service, accepted, drops } = setUp();
    const ids = [1, 2, 3, 4].map((value) => client.send("a", value));
    service.verdicts.push({ status: 503, unconfirmed: [0, 3], rejected: [1] });
    await clock.runUntilIdle();
    expect(service.requests[1]?.events.map(({ id }) => id)).toEqual([ids[0], ids[3]]);
    expect(accepted).toEqual([ids[2], ids[0], ids[3]]);
    expect(drops.map(({ event }) => event.id)).toEqual([ids[1]]);
  });

  test("400 that lists every event: each is dropped with its own code", async () => {
    const { client, clock, service, drops } = setUp();
    client.send("a", 1);
    client.send("a", 2);
    service.verdicts.push({ status: 400, code: "no-event-accepted", rejected: [0, 1] });
    await clock.runUntilIdle();
    expect(drops.map(({ code }) => code)).toEqual(["invalid-attribute-value", "invalid-attribute-value"]);
  });

  test.each([400, 413, 415, 422])("%d for a whole body: halves find the event at fault", async (status) => {
    const { client, clock, service, accepted, drops } = setUp();
    for (let index = 0; index < 20; index += 1) client.send("a", index);
    service.decide = ({ events }) => (events.some(({ data }) => data === 13) ? { status, code: "malformed-json" } : {});
    await clock.runUntilIdle();
    expect(accepted).toHaveLength(19);
    expect(drops).toMatchObject([{ event: { data: 13 }, reason: "refused", code: "malformed-json" }]);
    // 20, 10 10, 5 5, 2 3, 1 2, 1 1
    expect(service.requests.length).toBeLessThan(12);
  });

  test.each([401, 403])("%d of the service: the sender may not send, and every event is told", async (status) => {
    const { client, clock, service, drops } = setUp();
    client.send("a", 1);
    client.send("a", 2);
    service.verdicts.push({ status, code: "unknown-write-key" });
    await clock.runUntilIdle();
    expect(service.requests).toHaveLength(1);
    expect(drops.map(({ code }) => code)).toEqual(["unknown-write-key", "unknown-write-key"]);
  });
});
