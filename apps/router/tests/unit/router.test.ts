import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import type { BadRow } from "@millrace/event-contracts";
import { packRecord } from "@millrace/packed-records";
import { ThrottledError } from "@millrace/put-records";
import { compileRoutes, type RouteDocument } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { type BreakdownName, type CounterName, metricsOfService, type Telemetry } from "@millrace/telemetry";
import { ObjectRefusedError } from "@millrace/destinations";
import { context, enriched, kinesisEvent, ndjson } from "../support/kinesis-event.ts";
import { createTestRouter, document, route } from "../support/router.ts";

const clicks = document("shop", route("clicks", "search.click", "shop"), route("views", "page.view", "views"));
const sharedClicks = document(
  "shop",
  route("clicks", "search.click", "shop", { delivery: { eventsPerRecord: "many" } }),
);
const whole = { batchItemFailures: [] };
const toBase64 = (data: string | Uint8Array) => Buffer.from(data).toString("base64");

describe("routing", () => {
  test("an event goes to the stream of each matching route and to no other", async () => {
    const { handler, writer, badRows } = createTestRouter([clicks]);
    const event = kinesisEvent([
      ndjson(enriched("1", "search.click"), enriched("2", "page.view"), enriched("3", "other")),
    ]);
    expect(await handler(event, context)).toEqual(whole);
    expect(writer("shop").lines()).toMatchObject([{ event: { id: "1" } }]);
    expect(writer("views").lines()).toMatchObject([{ event: { id: "2" } }]);
    expect(badRows.taken).toEqual([]);
  });

  test("two routes of one stream make one copy, which names them both", async () => {
    const both = document("shop", route("a", "search.click", "shop"), route("b", "search.click", "shop"));
    const { handler, writer } = createTestRouter([both]);
    await handler(kinesisEvent([ndjson(enriched("1", "search.click"))]), context);
    expect(writer("shop").lines()).toHaveLength(1);
    expect(writer("shop").lines()[0]!["processing"]).toEqual({
      enrichment: { name: "enrichment", version: "1.0.0", at: "2026-01-01T00:00:00.000Z" },
      router: {
        name: "router",
        version: "9.9.9",
        at: "2023-11-14T22:13:20.000Z",
        routesVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
        routes: ["shop/a", "shop/b"],
      },
    });
  });

  test("a copy without projection is the event as it came, but for the router's own note", async () => {
    const { handler, writer } = createTestRouter([clicks]);
    const event = enriched("1", "search.click", { data: { deep: [{ a: null }], text: 'é"\u2028' } });
    await handler(kinesisEvent([ndjson(event)]), context);
    const { processing, ...rest } = writer("shop").lines()[0]!;
    const { processing: before, ...restBefore } = event;
    expect(rest).toEqual(restBefore);
    expect(processing).toMatchObject(before as object);
  });

  test("each event has a record of its own, in their order", async () => {
    const { handler, writer } = createTestRouter([clicks]);
    const click = (id: string, subject: string) => enriched(id, "search.click", { subject });
    await handler(kinesisEvent([ndjson(click("1", "x"), click("2", "y"), click("3", "x"))]), context);
    expect(writer("shop").taken.map(({ partitionKey }) => partitionKey)).toEqual(["x", "y", "x"]);
    expect(
      writer("shop").taken.map(
        ({ data }) => (JSON.parse(Buffer.from(data).toString("utf8")) as { event: { id: string } }).event.id,
      ),
    ).toEqual(["1", "2", "3"]);
  });

  test("an event that a defect keeps back becomes a bad row, and the others of its record go on", async () => {
    const { routes } = createTestRouter([clicks]);
    const broken: typeof routes = Object.create(routes, {
      route: {
        value: (event: Parameters<typeof routes.route>[0], text: string) => {
          if (event.event.id === "2") throw new TypeError("A defect.");
          return routes.route(event, text);
        },
      },
    });
    const { handler, writer, badRows } = createTestRouter([clicks], { routes: () => broken });
    const click = (id: string) => enriched(id, "search.click");
    expect(await handler(kinesisEvent([ndjson(click("1"), click("2"), click("3"))]), context)).toEqual(whole);
    expect(writer("shop").lines()).toMatchObject([{ event: { id: "1" } }, { event: { id: "3" } }]);
    expect(badRows.lines()).toMatchObject([
      { failure: { kind: "not-processed", message: "TypeError" }, origin: { index: 1 } },
    ]);
  });

  test("a packed record is read as its lines are, and a bad row of it has the line", async () => {
    const { handler, writer, badRows } = createTestRouter([clicks]);
    const lines = `${ndjson(enriched("1", "search.click"))}{"broken\n${ndjson(enriched("3", "search.click"))}`;
    const packed = packRecord(Buffer.from(lines), "gzip");
    expect(await handler(kinesisEvent([packed, ndjson(enriched("4", "search.click"))]), context)).toEqual(whole);
    expect(writer("shop").lines()).toMatchObject(["1", "3", "4"].map((id) => ({ event: { id } })));
    expect(badRows.lines()).toMatchObject([
      { failure: { kind: "unreadable" }, payload: toBase64('{"broken'), origin: { sequenceNumber: "1", index: 1 } },
    ]);
  });

  test("packed lines that are too many are set aside as lines", async () => {
    const { handler, badRows } = createTestRouter([clicks]);
    const lines = "{}\n".repeat(1_001);
    expect(await handler(kinesisEvent([packRecord(Buffer.from(lines), "gzip")]), context)).toEqual(whole);
    expect(badRows.lines()).toMatchObject([
      { failure: { kind: "too-many-lines" }, payload: toBase64(lines), origin: { index: 0, lines: 1_001 } },
    ]);
  });

  test("a packed record that cannot be unpacked is one bad row with its bytes, and the next record goes on", async () => {
    const { handler, writer, badRows } = createTestRouter([clicks]);
    const broken = packRecord(Buffer.from(ndjson(enriched("1", "search.click"))), "gzip").subarray(0, -9);
    const bomb = Buffer.concat(Array<Buffer>(20).fill(gzipSync(Buffer.alloc(1_000_000, " "))));
    expect(await handler(kinesisEvent([broken, bomb, ndjson(enriched("2", "search.click"))]), context)).toEqual(whole);
    expect(writer("shop").lines()).toMatchObject([{ event: { id: "2" } }]);
    expect(badRows.lines()).toMatchObject([
      { failure: { kind: "unreadable", message: expect.stringContaining("no whole gzip") }, payload: toBase64(broken) },
      { failure: { kind: "unreadable", message: expect.stringContaining("more than") }, payload: toBase64(bomb) },
    ]);
  });

  test("where many share a record, events of one source record do when destination and partition key agree", async () => {
    const { handler, writer } = createTestRouter([sharedClicks]);
    const click = (id: string, subject: string) => enriched(id, "search.click", { subject });
    await handler(kinesisEvent([ndjson(click("1", "x"), click("2", "y"), click("3", "x"))]), context);
    expect(writer("shop").taken.map(({ partitionKey }) => partitionKey)).toEqual(["x", "y"]);
    expect(
      writer("shop")
        .lines()
        .map((line) => (line["event"] as { id: string }).id),
    ).toEqual(["1", "3", "2"]);
  });

  test("events that outgrow a record together go in two", async () => {
    const { handler, writer } = createTestRouter([sharedClicks]);
    const large = (id: string) => enriched(id, "search.click", { subject: "x", data: "x".repeat(600_000) });
    await handler(kinesisEvent([ndjson(large("1")), ndjson(large("2"), large("3"))]), context);
    expect(writer("shop").taken).toHaveLength(3);
    expect(Math.max(...writer("shop").taken.map(({ data }) => data.length))).toBeLessThan(1_048_576);
  });

  test.each([
    ["the field of the route", { partitionKey: "event.data.productId" }, { data: { productId: "p-1" } }, "p-1"],
    ["a number in that field, as text", { partitionKey: "event.data.productId" }, { data: { productId: 7 } }, "7"],
    ["the subject when the event lacks the field", { partitionKey: "event.data.productId" }, {}, "visitor-1"],
    ["the subject when the route names no field", {}, { data: { productId: "p-1" } }, "visitor-1"],
    ["the id when there is no subject", {}, { subject: undefined }, "1"],
  ])("the partition key is %s", async (_, rest, extra, expected) => {
    const { handler, writer } = createTestRouter([document("shop", route("clicks", "search.click", "shop", rest))]);
    await handler(kinesisEvent([ndjson(enriched("1", "search.click", extra))]), context);
    expect(writer("shop").taken.map(({ partitionKey }) => partitionKey)).toEqual([expected]);
  });

  test("a projection keeps the identity and what it names, and nothing else of the event", async () => {
    const project = { keep: ["event.data.productId", "validation.status"] };
    const { handler, writer } = createTestRouter([
      document("shop", route("clicks", "search.click", "shop", { project })),
    ]);
    await handler(
      kinesisEvent([ndjson(enriched("1", "search.click", { data: { productId: "p", query: "q" } }))]),
      context,
    );
    const { processing, ...rest } = writer("shop").lines()[0]!;
    expect(rest).toEqual({
      event: { id: "1", source: "https://shop.example/web", data: { productId: "p" } },
      validation: { status: "valid" },
    });
    expect(Object.keys(processing as object)).toEqual(["router"]);
  });
});

describe("what cannot be routed", () => {
  test.each([
    ["not JSON", "{nope", "unreadable"],
    ["an empty record", "", "unreadable"],
    ["an array", "[1]\n", "not-enriched"],
    ["a raw event", `${JSON.stringify({ id: "1", source: "s", type: "t" })}\n`, "not-enriched"],
    ["an event without an id", `${JSON.stringify({ event: { source: "s", type: "t" } })}\n`, "not-enriched"],
  ])("%s becomes a bad row with its bytes", async (_, text, kind) => {
    const { handler, badRows } = createTestRouter([clicks]);
    expect(await handler(kinesisEvent([text]), context)).toEqual(whole);
    expect(badRows.lines()).toMatchObject([
      {
        failure: { kind },
        processor: { name: "router", version: "9.9.9" },
        origin: { stream: "millrace-test-enriched", shardId: "shardId-000000000000", sequenceNumber: "1" },
      },
    ]);
    expect(
      Buffer.from(badRows.lines()[0]!["payload"] as string, "base64")
        .toString()
        .trimEnd(),
    ).toBe(text.trimEnd());
  });

  test("a bad line does not hold up the good ones of its record", async () => {
    const { handler, writer, badRows } = createTestRouter([clicks]);
    await handler(
      kinesisEvent([`${ndjson(enriched("1", "search.click"))}nonsense\n${ndjson(enriched("2", "search.click"))}`]),
      context,
    );
    expect(writer("shop").lines()).toHaveLength(2);
    expect(badRows.lines()).toHaveLength(1);
  });

  test("when the bad row cannot be stored, Lambda is asked for the record again", async () => {
    const { handler, badRows } = createTestRouter([clicks]);
    badRows.failure = () => ({ reason: "throttled", error: new ThrottledError("The fake destination fails") });
    const batch = kinesisEvent([
      ndjson(enriched("1", "search.click")),
      "nonsense",
      ndjson(enriched("2", "search.click")),
    ]);
    expect(await handler(batch, context)).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  });
});

test("a correction is written when its record comes again, although the event before it in the record was confirmed", async () => {
  const { handler, writer, undelivered } = createTestRouter([clicks]);
  const shop = writer("shop");
  const batch = kinesisEvent([ndjson(enriched("1", "search.click"), enriched("1", "search.click", { revision: 1 }))]);
  shop.failure = ({ data }) =>
    new TextDecoder().decode(data).includes('"revision":1')
      ? { reason: "throttled", error: new ThrottledError("The fake destination fails") }
      : undefined;
  undelivered.fail = () => {
    throw new ObjectRefusedError("S3 answered 403");
  };
  expect(await handler(batch, context)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  shop.failure = () => undefined;
  undelivered.fail = () => undefined;
  expect(await handler(batch, context)).toEqual(whole);
  expect(shop.lines().map((line) => (line["event"] as { revision?: number }).revision)).toEqual([undefined, 1]);
});

describe("routes that change between two deliveries of a record", () => {
  const throttled = () => ({ reason: "throttled" as const, error: new ThrottledError("The fake destination fails") });
  const idsOf = (lines: readonly Record<string, unknown>[]) =>
    lines.map((line) => (line["event"] as { id: string }).id);

  /**
   * Delivers a record of a click and a purchase. The first time, neither the destination that `dead` refuses nor the
   * store of its undelivered events takes them.
   */
  async function deliverUnder(before: RouteDocument, after: RouteDocument) {
    let routes = loadRoutes(compileRoutes([before]));
    const { handler, writer, undelivered } = createTestRouter([before], { routes: () => routes });
    const record = ndjson(
      enriched("1", "search.click", { subject: "v" }),
      enriched("2", "commerce.purchase", { subject: "v" }),
    );
    writer("dead").failure = throttled;
    undelivered.fail = () => {
      throw new ObjectRefusedError("S3 answered 403");
    };
    expect(await handler(kinesisEvent([record]), context)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    writer("dead").failure = () => undefined;
    undelivered.fail = () => undefined;
    routes = loadRoutes(compileRoutes([after]));
    expect(await handler(kinesisEvent([record]), context)).toEqual(whole);
    return writer;
  }

  test("an event that now goes to another stream is written there, although what lay at its position was confirmed", async () => {
    const writer = await deliverUnder(
      document("shop", route("clicks", "search.click", "shop"), route("purchases", "commerce.purchase", "dead")),
      document("shop", route("clicks", "search.click", "moved"), route("purchases", "commerce.purchase", "dead")),
    );
    expect(idsOf(writer("moved").lines())).toEqual(["1"]);
    expect(idsOf(writer("dead").lines())).toEqual(["2"]);
  });

  test("an event that joins another one in the stream that has the other one already is written", async () => {
    const writer = await deliverUnder(
      document("shop", route("clicks", "search.click", "shop"), route("purchases", "commerce.purchase", "dead")),
      document("shop", route("clicks", "search.click", "shop"), route("purchases", "commerce.purchase", "shop")),
    );
    expect(idsOf(writer("shop").lines())).toContain("2");
  });

  test("an event whose copy only changed its position is not written again", async () => {
    const writer = await deliverUnder(
      document("shop", route("clicks", "search.click", "shop"), route("purchases", "commerce.purchase", "dead")),
      document(
        "shop",
        route("first", "search.click", "more"),
        route("clicks", "search.click", "shop"),
        route("purchases", "commerce.purchase", "dead"),
      ),
    );
    expect(idsOf(writer("shop").lines())).toEqual(["1"]);
    expect(idsOf(writer("more").lines())).toEqual(["1"]);
  });
});

describe("a record that would stop its shard", () => {
  test("of 340,000 lines becomes bad rows of all its lines, and the records around it are routed", async () => {
    const { handler, writer, badRows } = createTestRouter([clicks]);
    const poison = "{}\n".repeat(340_000);
    const records = [ndjson(enriched("1", "search.click")), poison, ndjson(enriched("2", "search.click"))];
    const started = process.cpuUsage();
    expect(await handler(kinesisEvent(records), context)).toEqual(whole);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(2);
    expect(writer("shop").lines()).toHaveLength(2);
    const rows = badRows.lines() as unknown as BadRow[];
    expect(rows.map(({ failure }) => failure.kind)).toEqual(["too-many-lines", "too-many-lines"]);
    expect(rows.reduce((sum, { origin }) => sum + (origin.lines ?? 0), 0)).toBe(340_000);
    expect(Buffer.concat(rows.map(({ payload }) => Buffer.from(payload, "base64"))).toString()).toBe(poison);
  });

  test("because each of its events is slow is set aside between two of them, and the next record is routed", async () => {
    let nowMs = 1_700_000_000_000;
    const { handler, writer, badRows, routes } = createTestRouter([clicks], {
      clock: { now: () => nowMs, setTimeout: () => undefined, clearTimeout: () => undefined },
      routes: () => ({
        ...routes,
        route: (event) => {
          if ((event as { event: { subject: string } }).event.subject === "slow") nowMs += 1_000;
          return routes.route(event);
        },
      }),
    });
    const events = (subject: string) =>
      ndjson(...Array.from({ length: 20 }, (_, id) => enriched(`${id}`, "search.click", { subject })));
    expect(await handler(kinesisEvent([events("slow"), events("quick")]), context)).toEqual(whole);
    expect(writer("shop").lines()).toHaveLength(20);
    expect(badRows.lines()).toMatchObject([{ failure: { kind: "too-slow" }, origin: { index: 0, lines: 20 } }]);
  });
});

describe("a destination that does not take records", () => {
  const two = [
    document("live", route("clicks", "search.click", "live")),
    document("dead", route("clicks", "search.click", "dead")),
  ];
  const throttled = () => ({ reason: "throttled" as const, error: new ThrottledError("The fake destination fails") });

  test("its events are kept as undelivered, and hold the whole enriched event; the others get theirs; the batch is whole", async () => {
    const { handler, writer, badRows, undelivered } = createTestRouter(two);
    writer("dead").failure = throttled;
    const event = enriched("1", "search.click", { data: { query: "shoes" } });
    expect(await handler(kinesisEvent([ndjson(event)]), context)).toEqual(whole);
    expect(writer("live").lines()).toHaveLength(1);
    expect(badRows.taken).toEqual([]);
    expect(undelivered.events()).toEqual([
      {
        failure: { kind: "undeliverable", message: "PUT_RECORDS_THROTTLED: The fake destination fails" },
        enriched: event,
        processor: { name: "router", version: "9.9.9" },
        origin: { stream: "millrace-test-enriched", shardId: "shardId-000000000000", sequenceNumber: "1" },
        delivery: {
          application: "dead",
          stream: "dead",
          routes: ["dead/clicks"],
          partitionKey: "visitor-1",
          reason: "throttled",
          attempts: 1,
          isAmbiguous: false,
        },
      },
    ]);
  });

  test("a batch's undelivered events of one destination are one object, in the folder of its application, stream and hour", async () => {
    const { handler, writer, undelivered } = createTestRouter(two);
    writer("dead").failure = throttled;
    writer("live").failure = throttled;
    await handler(kinesisEvent(["1", "2", "3"].map((id) => ndjson(enriched(id, "search.click")))), context);
    expect([...undelivered.objects.keys()].sort()).toEqual([
      expect.stringMatching(/^dead\/dead\/date=2023-11-14\/hour=22\/13-20-[0-9a-f]{16}\.json\.gz$/),
      expect.stringMatching(/^live\/live\/date=2023-11-14\/hour=22\/13-20-[0-9a-f]{16}\.json\.gz$/),
    ]);
    expect(undelivered.events("dead/").map((row) => row.enriched.event.id)).toEqual(["1", "2", "3"]);
  });

  test("an event larger than a record of Kinesis is kept as well", async () => {
    const { handler, writer, undelivered } = createTestRouter(two);
    writer("dead").failure = throttled;
    const large = enriched("1", "search.click", { data: "x".repeat(3_000_000) });
    expect(await handler(kinesisEvent([ndjson(large)]), context)).toEqual(whole);
    expect(undelivered.events()[0]?.enriched).toEqual(large);
  });

  test("when the undelivered event cannot be stored either, Lambda is asked for the record again, and the others get no second copy", async () => {
    const { handler, writer, undelivered } = createTestRouter(two);
    writer("dead").failure = throttled;
    undelivered.fail = () => {
      throw new ObjectRefusedError("S3 answered 403");
    };
    const batch = kinesisEvent([ndjson(enriched("1", "search.click"))]);
    expect(await handler(batch, context)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    undelivered.fail = () => undefined;
    expect(await handler(batch, context)).toEqual(whole);
    expect(writer("live").lines()).toHaveLength(1);
    expect(undelivered.events()).toHaveLength(1);
  });
});

test("the metrics of a batch say what was read, routed, unmatched and bad, and by which version of the routes", async () => {
  const sums = new Map<string, number>();
  const add = (key: string, by = 1) => {
    if (Number.isFinite(by)) sums.set(key, (sums.get(key) ?? 0) + by);
  };
  let flushes = 0;
  const telemetry: Telemetry = {
    count: (counter: CounterName, by?: number) => add(counter, by),
    countAt: (counter: CounterName, destination: string, by?: number) => add(`${counter}@${destination}`, by),
    observe: (distribution, value) => add(distribution, value),
    observeRoute: (route, ageMs) => add(`canaryAgeMs@${route}`, ageMs),
    countBy: (breakdown: BreakdownName, key: string, by?: number) => add(`${breakdown}.${key}`, by),
    flush: () => void (flushes += 1),
  };
  const { handler, routes, writer } = createTestRouter([clicks], { telemetry });
  writer("views").failure = () => ({ reason: "throttled", error: new ThrottledError("The fake destination fails") });
  const received = { receivedat: new Date(1_700_000_000_000 - 700).toISOString() };
  await handler(
    kinesisEvent([
      ndjson(enriched("1", "search.click", received), enriched("2", "other"), enriched("3", "page.view")),
      "nonsense",
      ndjson(
        enriched("1", "search.click", { receivedat: "unknown" }),
        // A copy of ours that came back is not taken up again.
        { ...enriched("4", "search.click"), processing: { router: { name: "router" } } },
        enriched("5", "search.click", { ...received, canary: true }),
      ),
    ]),
    context,
  );
  expect(Object.fromEntries(sums)).toMatchObject({
    recordsIn: 3,
    eventsIn: 6,
    eventsOut: 3,
    eventsUnmatched: 1,
    eventsRoutedBefore: 1,
    "duplicates@shop": 1,
    routeMatches: 3,
    "matchesByRoute.shop/clicks": 2,
    eventAgeMs: 700,
    canaryAgeMs: 700,
    "canaryAgeMs@shop/clicks": 700,
    "undelivered@views": 1,
    "failuresByDestination.views": 1,
    badRows: 1,
    "badRowsByKind.unreadable": 1,
    [`recordsByRoutesVersion.${routes.version}`]: 3,
    recordsOut: 4,
    batchItemFailures: 0,
  });
  expect(flushes).toBe(1);
  // The rest comes from telemetry itself and from the clients (handler.test.ts).
  const written = new Set([...sums.keys()].map((name) => name.split(/[.@]/)[0]));
  expect([...written, "coldStart", "recordsPerCall", "throttledAttempts"].sort()).toEqual(
    [...metricsOfService.router].sort(),
  );
});

describe("a canary", () => {
  const canary = (id: string, type = "search.click") =>
    enriched(id, type, { canary: true, receivedat: new Date(1_700_000_000_000 - 700).toISOString() });
  const counting = () => {
    const counted = new Set<string>();
    const ages = new Map<string, number>();
    const telemetry: Telemetry = {
      count: (counter, by = 1) => void (by > 0 && counted.add(counter)),
      countAt: (counter) => void counted.add(counter),
      observe: (distribution) => void counted.add(distribution),
      observeRoute: (route, ageMs) => void ages.set(route, ageMs),
      countBy: (breakdown) => void counted.add(breakdown),
      flush: () => undefined,
    };
    return { telemetry, counted, ages };
  };
  const wanting = document("shop", route("clicks", "search.click", "shop", { delivery: { canaries: true } }));

  test("is matched and goes no further, unless its destination takes canaries", async () => {
    const { telemetry, counted, ages } = counting();
    const { handler, writer } = createTestRouter([document("shop", route("clicks", "search.click", "shop"))], {
      telemetry,
    });
    expect(await handler(kinesisEvent([ndjson(canary("1"))]), context)).toEqual(whole);
    expect(writer("shop").taken).toEqual([]);
    expect([...ages]).toEqual([["shop/clicks", 700]]);
    for (const counter of ["eventsIn", "eventsOut", "eventAgeMs", "routeMatches", "matchesByRoute", "eventsUnmatched"])
      expect(counted).not.toContain(counter);
    expect(counted).toContain("canaryAgeMs");
  });

  test("reaches a destination that takes it, with its mark", async () => {
    const { telemetry, counted, ages } = counting();
    const { handler, writer } = createTestRouter([wanting], { telemetry });
    await handler(kinesisEvent([ndjson(canary("1")), ndjson(canary("1"))]), context);
    expect(writer("shop").lines()).toMatchObject([{ event: { canary: true } }, { event: { canary: true } }]);
    expect([...ages]).toEqual([["shop/clicks", 700]]);
    expect(counted).not.toContain("duplicates");
  });

  test("that its destination does not take is not measured, and is no undelivered event", async () => {
    const { telemetry, counted, ages } = counting();
    const { handler, writer, undelivered } = createTestRouter([wanting], { telemetry });
    writer("shop").failure = () => ({ reason: "throttled", error: new ThrottledError("The fake destination fails") });
    expect(await handler(kinesisEvent([ndjson(canary("1"))]), context)).toEqual(whole);
    expect([...ages]).toEqual([]);
    expect(counted).not.toContain("undelivered");
    expect(undelivered.events()).toEqual([]);
  });
});
