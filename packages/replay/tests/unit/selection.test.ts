import { expect, test } from "@jest/globals";
import { type StoredContent, StoredEvent } from "@millrace/stored-events";
import { createMatcher, type Selection } from "../../src/index.ts";
import { type Filter, FILTERS, needsLake } from "../../src/selection.ts";

const range = { fromMs: 0, toMs: 1 };
const place = { container: "s3://lake/o", position: "1", atMs: 0 };

const event = {
  ...{ specversion: "1.0", id: "e-1", source: "https://shop.example/web", type: "commerce.purchase" },
  ...{ tenantid: "shop", receivedat: "2026-11-29T08:00:00.000Z", data: {} },
};
const schema = "https://millrace.example/schemas/events/commerce/purchase/1-0-2.json";
const enriched = {
  event,
  validation: { status: "invalid", schema, errors: [] },
  processing: {
    enrichment: { version: "0.1.0+3fa9", contracts: "c-17", at: "2026-11-29T08:00:01.000Z" },
    router: { version: "0.1.0+77aa", routesVersion: "r-4" },
  },
};
const undelivered: StoredContent = {
  form: "enriched",
  text: JSON.stringify(enriched),
  delivery: { application: "fraud", destination: "fraud", routes: ["fraud/orders"] },
};
const badRow: StoredContent = {
  form: "raw",
  text: JSON.stringify(event),
  badRow: { kind: "not-processed", message: "", version: "0.1.0+bad" },
};

const fits = (content: StoredContent, filters: Selection["filters"]) =>
  createMatcher({ store: "lake", ...range, filters })(new StoredEvent({ store: "lake", ...place }, content));

test("a canary is never chosen", () => {
  const canary = { form: "raw", text: JSON.stringify({ ...event, canary: true }) } as const;
  expect(fits({ ...canary, text: JSON.stringify(event) }, {})).toBe(true);
  expect(fits(canary, {})).toBe(false);
});

/** Of each axis a value that the event has, one that it has not, and where it is read. */
const axes: Readonly<Record<Filter, readonly [fitting: string, other: string, of: StoredContent]>> = {
  source: ["https://shop.example/*", "https://shop.example/app", undelivered],
  type: ["commerce.purchase", "commerce.*.refund", undelivered],
  id: ["e-1", "e-2", undelivered],
  tenant: ["shop", "other", undelivered],
  schema: ["1-0-2", "1-0-1", undelivered],
  status: ["invalid", "valid", undelivered],
  build: ["0.1.0+3fa9", "0.1.0+77aa", undelivered],
  contracts: ["c-17", "c-18", undelivered],
  "routes-version": ["r-4", "r-5", undelivered],
  route: ["fraud/orders", "fraud/refunds", undelivered],
  kind: ["not-processed", "not-json", badRow],
};

test.each(FILTERS)("events are chosen by %s: one of the given values has to fit", (axis) => {
  const [fitting, other, content] = axes[axis];
  expect(fits(content, { [axis]: [fitting] })).toBe(true);
  expect(fits(content, { [axis]: [other] })).toBe(false);
  expect(fits(content, { [axis]: [other, fitting] })).toBe(true);
});

test("a contract is named by its whole $id as well, a bad row by the build that made it", () => {
  expect(fits(undelivered, { schema: [schema] })).toBe(true);
  expect(fits(badRow, { build: ["0.1.0+bad"] })).toBe(true);
});

test("axes are joined: an event that fails one of them is not chosen", () => {
  expect(fits(undelivered, { type: ["commerce.purchase"], status: ["invalid"] })).toBe(true);
  expect(fits(undelivered, { type: ["commerce.purchase"], status: ["valid"] })).toBe(false);
});

test("what enrichment makes of an event is looked up in the lake for raw events and dead letters alone", () => {
  const asks = (store: Selection["store"], filters: Selection["filters"]) => needsLake({ store, ...range, filters });
  expect(asks("raw", { status: ["invalid"] })).toBe(true);
  expect(asks("dead-letters", { build: ["b"] })).toBe(true);
  expect(asks("raw", { schema: ["1-0-2"] })).toBe(true);
  expect(asks("raw", { type: ["t"] })).toBe(false);
  expect(asks("lake", { status: ["invalid"] })).toBe(false);
});
