import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { FakePage } from "../support/fake-page.ts";
import type { Verdict } from "../support/fake-service.ts";
import { setUp } from "../support/set-up.ts";

const places = fc.uniqueArray(fc.nat({ max: 6 }), { maxLength: 4 });

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant({}),
  fc.record({ rejected: places }),
  fc.record({ status: fc.constant(503), unconfirmed: places, rejected: places }),
  fc.record({ status: fc.constantFrom(429, 503), code: fc.constant("overloaded") }),
  fc.record({ status: fc.constantFrom(429, 503), headers: fc.constant({ "retry-after": "30" }) }),
  fc.record({ status: fc.constantFrom(400, 413), code: fc.constant("malformed-json") }),
  fc.record({ status: fc.constantFrom(200, 404, 500, 502) }),
  fc.record({ lost: fc.constantFrom("before" as const, "after" as const) }),
  fc.constant({ hangs: true }),
);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("send" as const), bytes: fc.nat({ max: 800 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat({ max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("flush", "offline", "online", "leave", "freeze") }) },
);

test("each event is accepted once by its identity, or told as dropped, whatever the answers are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(verdict, { maxLength: 30 }),
      fc.array(step, { minLength: 1, maxLength: 40 }),
      fc.record({ maxConcurrentRequests: fc.integer({ min: 1, max: 3 }), isPage: fc.boolean() }),
      async (verdicts, steps, { maxConcurrentRequests, isPage }) => {
        const page = isPage ? new FakePage() : undefined;
        const options = { maxConcurrentRequests, maxBatchEvents: 7, maxBatchBytes: 3_000, maxQueueEvents: 20 };
        const { client, clock, service, accepted, drops } = setUp(options, page);
        service.verdicts.push(...verdicts);
        const ids: string[] = [];
        for (const current of steps) {
          if (current.kind === "send") ids.push(client.send("a", "x".repeat(current.bytes)));
          else if (current.kind === "wait") await clock.runFor(current.ms);
          else if (current.kind === "flush") void client.flush();
          else if (page !== undefined) move(page, current.kind);
        }
        if (page !== undefined) move(page, "online");
        expect(await clock.runUntilIdle({ limitMs: 86_400_000 })).toBe(true);

        // Every event is told once.
        const told = [...accepted, ...drops.map(({ event }) => event.id)];
        expect([...told].sort()).toEqual([...ids].sort());
        // An event reported as accepted is stored; one reported as certainly not stored is not.
        const stored = new Set(service.storedIds);
        expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
        const dropped = drops.filter(({ isAmbiguous }) => !isAmbiguous).map(({ event }) => event.id);
        expect(dropped.filter((id) => stored.has(id))).toEqual([]);
        // Every copy is the same text.
        const texts = new Map(service.stored.map((event) => [event.id, JSON.stringify(event)]));
        for (const { events } of service.requests) {
          for (const event of events) expect(JSON.stringify(event)).toBe(texts.get(event.id) ?? JSON.stringify(event));
        }
        expect(page?.kept.size ?? 0).toBe(0);
        expect(page?.reserved ?? 0).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

function move(page: FakePage, kind: string): void {
  page.online = kind !== "offline";
  if (kind === "online") page.listener?.wake();
  if (kind === "leave") page.listener?.leave();
  if (kind !== "freeze") return;
  page.listener?.leave();
  page.listener?.abandon();
  page.listener?.adopt([...page.kept.values()]);
}
