import type { EnrichedEvent } from "@millrace/event-contracts";
import type { RouteDocument } from "@millrace/routes";
import { expect, test } from "@jest/globals";
import { RouteTap } from "../../src/tap/route-tap.ts";

const shop: RouteDocument = {
  application: "shop",
  owner: "team",
  routes: [
    {
      name: "clicks",
      description: "Clicks.",
      pattern: { event: { type: ["search.click"] } },
      destination: { stream: "shop" },
      project: { drop: ["validation"] },
      tests: [],
    },
  ],
};

const click = (rest: object = {}, processing: object = {}) =>
  ({ event: { id: "1", source: "s", type: "search.click", ...rest }, processing }) as unknown as EnrichedEvent;

function tapOf(events: readonly EnrichedEvent[], seconds: number) {
  let now = Date.UTC(2026, 0, 1);
  const tap = new RouteTap(shop, 1, () => now);
  for (const event of events) tap.add(event, JSON.stringify(event));
  now += seconds * 1_000;
  return tap.take();
}

test("says rates of a second, however long the look took", () => {
  const { events, routes } = tapOf([click(), click(), click({ type: "page.view" })], 4);
  expect(events).toBe(0.75);
  expect(routes).toMatchObject([{ route: "shop/clicks", matched: 0.5, delivered: 0.5 }]);
});

test("counts the bytes that the router writes, its own note among them", () => {
  const [rate] = tapOf([click({}, { enrichment: { version: "1" } })], 1).routes;
  const [sample = ""] = rate?.samples ?? [];
  expect(JSON.parse(sample)).toMatchObject({
    event: { id: "1" },
    processing: { enrichment: { version: "1" }, router: { name: "router", routes: ["shop/clicks"] } },
  });
  expect(rate?.bytes).toBe(sample.length + "\n".length);
});

test("leaves out what the router does not deliver: canaries, and events that it has routed before", () => {
  const { events, routes } = tapOf([click({ canary: true }), click({}, { router: { version: "1" } })], 1);
  expect(events).toBe(0);
  expect(routes).toMatchObject([{ matched: 0, delivered: 0, samples: [] }]);
});
