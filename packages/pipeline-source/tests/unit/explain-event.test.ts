import { describe, expect, test } from "@jest/globals";
import type { RouteDocument } from "@millrace/routes";
import {
  type EventCopy,
  type EventTraces,
  explainEvent,
  exportSpans,
  formatExplanation,
  type LandedRow,
} from "../../src/index.ts";

const source = "https://shop.example/web";
const none: EventTraces = { refused: [], raw: [], enriched: [], badRows: [], delivered: [], undelivered: [], rows: [] };
const common = { description: "", tests: [] };
const documents: readonly RouteDocument[] = [
  {
    application: "fraud",
    owner: "team-fraud",
    routes: [
      { ...common, name: "purchases", pattern: { event: { type: ["purchase"] } }, destination: { stream: "fraud" } },
      {
        ...common,
        name: "none",
        pattern: { event: { type: ["purchase"] } },
        destination: { stream: "audit" },
        sample: 1e-9,
      },
    ],
  },
];

const copyIn = (streamName: string, value: unknown, sequenceNumber = "1", ms = 0): EventCopy => ({
  streamName,
  shardId: "shard-0",
  sequenceNumber,
  index: 0,
  arrivedAt: new Date(ms).toISOString(),
  text: typeof value === "string" ? value : JSON.stringify(value),
});
const raw = (sequenceNumber?: string, from = source): EventCopy =>
  copyIn("raw", { id: "e", source: from, type: "purchase", receivedat: "1970-01-01T00:00:00.000Z" }, sequenceNumber);
const enriched = (members: object = {}, type = "purchase"): Readonly<Record<string, unknown>> => ({
  event: { id: "e", source, type },
  enrichment: { bot: { isBot: false } },
  validation: { status: "valid", schema: "s/1-0-0.json", errors: [] },
  processing: { enrichment: { version: "1+abc", at: "1970-01-01T00:00:00.100Z" } },
  ...members,
});
const row: LandedRow = { source, object: "o.gz", line: 3, loadedAt: "1970-01-01T00:00:02.000Z", isShown: true };
const delivered = copyIn("m-fraud", {
  ...enriched(),
  processing: { ...(enriched()["processing"] as object), router: { routes: ["fraud/purchases"] } },
});
const arrived: EventTraces = { ...none, raw: [raw()], enriched: [copyIn("enriched", enriched())], rows: [row] };

const verdictOf = (traces: EventTraces): readonly string[] => {
  const { events, verdict } = explainEvent("e", traces, documents);
  return [...verdict, ...events.flatMap((event) => event.verdict)];
};

describe("an event's explanation", () => {
  test("of a valid event that arrived names its destination and its row", () => {
    const traces = { ...arrived, delivered: [delivered] };
    expect(verdictOf(traces)).toEqual([
      "1 of 2 matching routes have it, in fraud.",
      "The sample of fraud/none leaves it out.",
      "It is in the warehouse since 1970-01-01T00:00:02.000Z.",
    ]);
    const [event] = explainEvent("e", traces, documents).events;
    expect(event?.routes.map(({ route, verdict }) => [route, verdict])).toEqual([
      ["fraud/purchases", "delivered"],
      ["fraud/none", "sampled out"],
    ]);
  });

  test("says where a contract is broken", () => {
    const errors = [{ path: "/data/rank", keyword: "required", message: "must be there" }];
    const invalid = enriched({ validation: { status: "invalid", schema: "s/1-0-0.json", errors } });
    expect(verdictOf({ ...arrived, enriched: [copyIn("enriched", invalid)] })).toContain(
      "It breaks its contract: /data/rank must be there (required).",
    );
  });

  test("says that no contract describes a type, and that no route matches", () => {
    const unknown = enriched({ validation: { status: "unknown", schema: null } }, "nobody.knows");
    expect(verdictOf({ ...arrived, enriched: [copyIn("enriched", unknown)] })).toEqual([
      "No contract describes its type nobody.knows.",
      "No route matches it.",
      expect.stringContaining("It is in the warehouse"),
    ]);
  });

  test("of an event that became a bad row says why", () => {
    const badRow = copyIn("bad-rows", {
      failure: { kind: "not-json", message: "The line is not JSON." },
      processor: { version: "1+abc" },
      origin: { shardId: "shard-0", sequenceNumber: "1", index: 0 },
    });
    const broken = copyIn("raw", '{"id":"e"');
    expect(verdictOf({ ...none, raw: [broken], badRows: [badRow] })).toEqual([
      "It became a bad row: The line is not JSON. (not-json).",
    ]);
  });

  test("of an event that no place has names the three reasons", () => {
    expect(verdictOf(none)).toEqual([expect.stringMatching(/another environment.*older.*refused it/)]);
  });

  test("of an event that enrichment has not read yet says so", () => {
    expect(verdictOf({ ...none, raw: [raw()] })).toEqual(["Ingest accepted it; enrichment has not written it yet."]);
  });

  test("of an undelivered event gives the reason and the object", () => {
    const text = JSON.stringify({
      failure: { message: "ResourceNotFoundException: no such stream" },
      enriched: enriched(),
      delivery: { routes: ["fraud/purchases"] },
    });
    const traces = { ...arrived, undelivered: [{ object: "s3://lake/u.gz", text }] };
    expect(verdictOf(traces)).toContain(
      "fraud/purchases could not be delivered: the event waits in the lake for a redrive.",
    );
    const [event] = explainEvent("e", traces, documents).events;
    expect(event?.routes[0]?.reason).toBe("ResourceNotFoundException: no such stream (s3://lake/u.gz)");
  });

  test("counts what was sent and written twice, and tells the row of the view from a copy", () => {
    const traces: EventTraces = {
      ...arrived,
      raw: [raw("1"), raw("2")],
      enriched: [copyIn("enriched", enriched()), copyIn("enriched", enriched(), "2")],
      rows: [row, { ...row, line: 4, isShown: false }],
    };
    expect(verdictOf(traces).slice(0, 2)).toEqual([
      "Its sender sent it 2 times, the same each time; views show it once.",
      "Enrichment wrote it 2 times where 1 was due; a consumer may have seen each.",
    ]);
    const text = formatExplanation(explainEvent("e", traces, documents));
    expect(text).toContain("o.gz, line 3\n");
    expect(text).toContain("o.gz, line 4 (a copy)");
  });

  test("of a corrected event names the revision that views show, whichever came last", () => {
    const wordOf = (data: object, receivedat: string) => ({ id: "e", source, type: "purchase", receivedat, ...data });
    const first = wordOf({ revision: 2, data: { total: 1 } }, "1970-01-01T00:00:00.000Z");
    const second = wordOf({ revision: 1, data: { total: 2 } }, "1970-01-01T00:00:01.000Z");
    const traces: EventTraces = {
      ...arrived,
      raw: [copyIn("raw", first, "1"), copyIn("raw", second, "2")],
      enriched: [copyIn("enriched", enriched({ event: first })), copyIn("enriched", enriched({ event: second }), "2")],
    };
    expect(verdictOf(traces)[0]).toBe(
      "Its sender corrected it: 2 copies, 2 of them different. Views show the copy with the greatest revision, " +
        "0000000002.1.1970-01-01T00:00:00.000Z.",
    );
  });

  test("of a replayed event says when, and counts no second sending", () => {
    const replayedat = "1970-01-02T00:00:00.000Z";
    const again = { id: "e", source, type: "purchase", receivedat: "1970-01-01T00:00:00.000Z", replayedat };
    const traces: EventTraces = {
      ...arrived,
      raw: [raw("1"), copyIn("raw", again, "2")],
      enriched: [copyIn("enriched", enriched()), copyIn("enriched", enriched({ event: again }), "2")],
    };
    expect(verdictOf(traces)[0]).toBe(
      `It was replayed at ${replayedat}. Views show the copy with the greatest revision, ` +
        `0000000000.1.1970-01-01T00:00:00.000Z/${replayedat}.`,
    );
    expect(verdictOf(traces).join()).not.toMatch(/sent it|wrote it/);
  });

  test("of a refused event gives the code, the attribute and the write key, and says whether it came later", () => {
    const refused = [
      { at: "1970-01-01T00:00:00.000Z", code: "missing-attribute", attribute: "type", keyName: "shop-web" },
    ];
    expect(verdictOf({ ...none, refused })).toEqual([
      "Ingest refused it once at 1970-01-01T00:00:00.000Z: missing-attribute of `type`, write key shop-web and nothing " +
        "of it was stored. /v1/problems/missing-attribute has the remedy.",
    ]);
    expect(verdictOf({ ...arrived, refused })[0]).toContain("what follows is what it accepted");
  });

  test("becomes the spans of its sender's trace, each with the time of its hop", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const sent = { id: "e", source, type: "purchase", receivedat: "1970-01-01T00:00:00.000Z", traceparent };
    const traces = {
      ...arrived,
      raw: [copyIn("raw", sent, "1", 20)],
      enriched: [copyIn("enriched", enriched(), "1", 150)],
      delivered: [{ ...delivered, arrivedAt: new Date(300).toISOString() }],
    };
    const [resource] = exportSpans(explainEvent("e", traces, documents)).resourceSpans;
    const spans = resource?.scopeSpans[0]?.spans ?? [];
    const ms = (nanos: string): number => Number(nanos) / 1e6;
    expect(spans.map((span) => [span.name, ms(span.startTimeUnixNano), ms(span.endTimeUnixNano)])).toEqual([
      ["purchase", 0, 2_000],
      ["accept", 0, 20],
      ["enrich", 20, 150],
      ["deliver fraud", 150, 300],
      ["load", 150, 2_000],
    ]);
    const [root, ...hops] = spans;
    expect(root).toMatchObject({ traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: "b7ad6b7169203331" });
    expect(hops.every(({ traceId, parentSpanId }) => traceId === root?.traceId && parentSpanId === root.spanId)).toBe(
      true,
    );
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    // Without a trace of its sender an event has one of its own, the same each time.
    const own = () => exportSpans(explainEvent("e", arrived, documents)).resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(own()?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(own()).toEqual(own());
    expect(exportSpans(explainEvent("e", none, documents)).resourceSpans[0]?.scopeSpans[0]?.spans).toEqual([]);
  });

  test("keeps two sources apart that use one id", () => {
    const traces = { ...arrived, raw: [raw("1"), raw("2", "https://shop.example/app")] };
    const { events } = explainEvent("e", traces, documents);
    expect(events.map(({ source: from, verdict }) => [from, verdict.at(-1)])).toEqual([
      [source, expect.stringContaining("in the warehouse")],
      ["https://shop.example/app", "Ingest accepted it; enrichment has not written it yet."],
    ]);
  });

  test("shows what was added, masked and repaired, and the time since it was accepted", () => {
    const changed = enriched({
      privacy: { masked: [{ path: "/clientip", class: "ip", action: "truncate" }] },
      fidelity: { notes: [{ path: "/data/title", kind: "text-repaired" }] },
    });
    const text = formatExplanation(
      explainEvent("e", { ...arrived, enriched: [copyIn("enriched", changed)] }, documents),
    );
    expect(text).toContain("added     bot\n");
    expect(text).toContain("masked    /clientip: truncate (ip)\n");
    expect(text).toContain("repaired  /data/title: text-repaired\n");
    expect(text).toContain("(+100 ms)  build 1+abc");
    expect(text).toContain("(+2000 ms)  o.gz, line 3");
  });
});
