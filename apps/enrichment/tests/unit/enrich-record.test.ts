import { describe, expect, test } from "@jest/globals";
import { createContext, createPurchase, createRawEvent, enrichOne, now, origin, toRecord } from "../raw-events.ts";
import { enrichmentDefinitions } from "@millrace/enrichments";
import { enrichRecord } from "../../src/index.ts";

/** Additions to the raw event of these tests. */
const expectedAdditions = {
  client: { ipVersion: 4, isPublic: true },
  geo: { country: "GB" },
  userAgent: {
    browser: { name: "Safari", version: "17.5" },
    os: { name: "iOS", version: "17.5" },
    device: { type: "mobile", vendor: "Apple", model: "iPhone" },
  },
  bot: { isBot: false },
  page: { scheme: "https", host: "shop.example", path: "/search" },
  campaign: { source: "newsletter", medium: "email" },
  referrer: { channel: "email", name: "Google", host: "www.google.co.uk" },
  clock: { derivedTime: "2026-11-20T10:00:00.000Z", basis: "client" },
};

describe("enrichRecord on an event that follows its contract", () => {
  test.each([0, 7, 2_147_483_647, "2147483647"])(
    "keeps what its revision is made of, with the number %j",
    (revision) => {
      const { event } = enrichOne(createRawEvent({ revision, replayedat: "2026-11-29T08:14:54.123Z" }));
      expect(event).toMatchObject({ revision, replayedat: "2026-11-29T08:14:54.123Z" });
    },
  );

  test("adds what is known, and leaves the event as it was", () => {
    const raw = createRawEvent();
    const enriched = enrichOne(raw);
    expect(enriched.event).toEqual({ ...raw, clientip: "81.2.69.0" });
    expect(enriched.validation).toEqual({
      status: "valid",
      schema: "https://millrace.example/schemas/events/search/click/1-1-0.json",
      errors: [],
    });
    expect(enriched.privacy).toEqual({ masked: [{ path: "/clientip", class: "ip", action: "truncate" }] });
    expect(enriched.processing).toEqual({
      enrichment: { name: "enrichment", version: "0.1.0", at: new Date(now).toISOString() },
    });
    const { notes, ...additions } = enriched.enrichment;
    expect(notes).toBeUndefined();
    // An enrichment that is new here adds what its own test says.
    const known = Object.entries(additions).filter(([name]) => Object.hasOwn(expectedAdditions, name));
    expect(Object.fromEntries(known)).toEqual(expectedAdditions);
    expect(enrichmentDefinitions.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(additions)));
    expect(additions).not.toHaveProperty("network");
  });

  test("carries the trace context through", () => {
    const { traceparent } = createRawEvent();
    expect(enrichOne(createRawEvent()).event.traceparent).toBe(traceparent);
  });

  test("gives the same output for the same input", () => {
    const bytes = toRecord(createPurchase(), 7, createRawEvent());
    expect(enrichRecord(bytes, origin, createContext())).toEqual(enrichRecord(bytes, origin, createContext()));
  });
});

describe("enrichRecord on an event that does not", () => {
  test("writes every error with path, keyword, message, expected and actual onto it", () => {
    const raw = createRawEvent();
    const data = { ...(raw["data"] as object), rank: 0, query: 7, colour: "red" };
    const { validation } = enrichOne({ ...raw, data });
    expect(validation.status).toBe("invalid");
    expect(validation.schema).toBe("https://millrace.example/schemas/events/search/click/1-1-0.json");
    expect(validation.errors).toHaveLength(3);
    expect(validation.errors).toEqual(
      expect.arrayContaining([
        { path: "/data/rank", keyword: "minimum", message: "must be >= 1", expected: ">= 1", actual: 0 },
        { path: "/data/query", keyword: "type", message: "must be string", expected: "string", actual: 7 },
        {
          path: "/data/colour",
          keyword: "additionalProperties",
          message: "must NOT have additional properties",
        },
      ]),
    );
  });

  test("names the property that is missing", () => {
    const { validation } = enrichOne(createRawEvent({ data: {} }));
    expect(validation.errors.map(({ path }) => path)).toContain("/data/queryId");
  });

  test.each([
    ["an unknown type", { type: "shop.closed" }],
    ["an unknown version", { dataschema: "https://millrace.example/schemas/events/search/click/9-0-0.json" }],
    ["a schema of another type", { dataschema: "https://millrace.example/schemas/events/search/query/1-0-0.json" }],
    ["a type such as __proto__", { type: "__proto__" }],
    ["a type such as constructor", { type: "constructor" }],
  ])("lets %s through as unknown", (_, overrides) => {
    const enriched = enrichOne(createRawEvent(overrides));
    expect(enriched.validation).toEqual({ status: "unknown", schema: null, errors: [] });
    expect(enriched.event.data).toEqual(createRawEvent()["data"]);
  });

  test("takes an enrichment that fails for a note", () => {
    const enriched = enrichOne(createRawEvent({ clientip: "not an address" }));
    expect(enriched.enrichment.notes).toEqual([
      { enrichment: "client", message: "The client's address is no IP address." },
    ]);
    expect(enriched.enrichment.userAgent).toBeDefined();
    expect(JSON.stringify(enriched)).not.toContain("not an address");
  });

  test("takes an enrichment with a defect for a note that quotes nothing", () => {
    const enrichments = [
      {
        name: "page",
        enrich: () => {
          throw new Error("canary");
        },
      },
    ];
    const enriched = enrichOne(createRawEvent(), createContext({ enrichments }));
    expect(enriched.enrichment).toEqual({ notes: [{ enrichment: "page", message: "Failed unexpectedly." }] });
  });
});

describe("a line of a megabyte", () => {
  const list = (item: (index: number) => string, length: number) => Array.from({ length }, (_, i) => item(i)).join(",");
  test.each([
    ["60,000 properties", `{${list((i) => `"k${i}":${i}`, 60_000)}}`],
    ["30,000 addresses as names", `{${list((i) => `"a${i}@example.com":1`, 30_000)}}`],
    ["3,000 arrays in 120 arrays each", `[${list(() => "[".repeat(120) + "]".repeat(120), 3_000)}]`],
    ["50,000 card numbers", `[${list(() => "4111111111111111", 50_000)}]`],
    ["a text of escapes", `"${"\\u0040".repeat(150_000)}"`],
  ])("with %s takes less time than a record has", (_, data) => {
    const { data: _data, ...event } = createRawEvent({ type: "nobody.knows" });
    const line = Buffer.from(`${JSON.stringify(event).slice(0, -1)},"data":${data}}`);
    const started = process.cpuUsage();
    const { enriched, badRows } = enrichRecord(line, origin, createContext());
    const { user, system } = process.cpuUsage(started);
    expect(enriched.length + badRows.length).toBe(1);
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });
});
