import { describe, expect, test } from "@jest/globals";
import {
  createDeduplicator,
  createEvent,
  decodeEnrichedRecord,
  type EnrichedEvent,
  encodeRecord,
  erasureNoticeType,
  ERASURE_REVISION,
  type EventCopy,
  InvalidEventError,
  isErasureNotice,
  isEventOfType,
  revisionOf,
} from "../../src/index.ts";
import { contracts } from "../../src/validators.ts";

const context = { pageUrl: "https://shop.example/", sessionId: "s-1", visitorId: "v-1" };
const click = { context, queryId: "q", query: "shoes", productId: "p", rank: 1 };
const source = "https://shop.example/web";
const clock = { now: () => Date.UTC(2026, 10, 22, 12) };

function enriched(event: object, status: "valid" | "invalid" = "valid"): EnrichedEvent {
  return { event, enrichment: {}, validation: { status, schema: null, errors: [] } } as unknown as EnrichedEvent;
}

describe("createEvent", () => {
  test("fills in what CloudEvents needs and names the contract", () => {
    expect(createEvent("search.click", { source, subject: "v-1", data: click, id: "e-1" }, { clock })).toEqual({
      specversion: "1.0",
      id: "e-1",
      source,
      type: "search.click",
      subject: "v-1",
      time: "2026-11-22T12:00:00.000Z",
      dataschema: "https://millrace.example/schemas/events/search/click/1-1-0.json",
      data: click,
    });
  });

  test("gives ids that sort by time", () => {
    const early = createEvent("search.click", { source, data: click }, { clock });
    const late = createEvent("search.click", { source, data: click }, { clock: { now: () => clock.now() + 1 } });
    expect(early.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(early.id < late.id).toBe(true);
  });

  test("checks data at run time when asked to, and tells every fault", () => {
    const data = { ...click, rank: 0, queryId: "" };
    expect(() => createEvent("search.click", { source, data })).not.toThrow();
    const create = (): unknown => createEvent("search.click", { source, data }, { contracts });
    expect(create).toThrow(InvalidEventError);
    expect(create).toThrow(
      "breaks its contract in 2 place(s): /data/queryId must NOT have fewer than 1 characters; /data/rank must be >= 1",
    );
  });
});

describe("decodeEnrichedRecord", () => {
  test("gives events, and says of other lines why they are none", () => {
    const good = enriched({ id: "1", source, type: "search.click" });
    const record = Buffer.concat([
      encodeRecord([good, { event: { id: 1 }, validation: {} }, { id: "raw" }]),
      Buffer.from("[]\n{broken\n"),
    ]);
    expect(decodeEnrichedRecord(record).map((line) => (line.ok ? line.value : line.error.code))).toEqual([
      good,
      "not-enriched",
      "not-enriched",
      "not-enriched",
      "invalid-json",
    ]);
  });
});

describe("isEventOfType", () => {
  const event = { id: "1", source, type: "search.click", data: click };
  test("trusts the data of a valid event of the type only", () => {
    expect(isEventOfType(enriched(event), "search.click")).toBe(true);
    expect(isEventOfType(enriched(event), "search.query")).toBe(false);
    expect(isEventOfType(enriched(event, "invalid"), "search.click")).toBe(false);
  });
});

const received = "2026-11-22T12:00:00.000Z";
const later = "2026-11-22T12:00:00.001Z";

function copy(id: string, event: object = {}, status: "valid" | "invalid" | "unknown" = "valid"): EventCopy {
  return { event: { source, id, receivedat: received, ...event }, validation: { status } };
}

describe("revisionOf", () => {
  test("is one text, made of what is in the event", () => {
    expect(revisionOf(copy("1", { revision: 7, replayedat: later }))).toBe(`0000000007.1.${received}/${later}`);
    expect(revisionOf({ event: { source, id: "1" } })).toBe("0000000000.0.");
  });

  test.each([
    ["a later receipt", copy("1"), copy("1", { receivedat: later })],
    ["a replay", copy("1"), copy("1", { replayedat: later })],
    ["a later replay", copy("1", { replayedat: received }), copy("1", { replayedat: later })],
    [
      "a correction after a replay of what it corrects",
      copy("1", { replayedat: "9" }),
      copy("1", { receivedat: later }),
    ],
    ["a valid copy, though it came first", copy("1", { receivedat: later }, "invalid"), copy("1")],
    ["a valid copy of what was unknown", copy("1", { replayedat: later }, "unknown"), copy("1")],
    ["what is invalid of what was unknown", copy("1", {}, "unknown"), copy("1", { receivedat: later }, "invalid")],
    ["the sender's number, though it is invalid", copy("1"), copy("1", { revision: 1 }, "invalid")],
    ["numbers by their value", copy("1", { revision: 9 }), copy("1", { revision: 10 })],
    ["a number from a header", copy("1", { revision: 9 }), copy("1", { revision: "10" })],
    ["a number with zeros behind the point", copy("1", { revision: "9" }), copy("1", { revision: "10.0" })],
    ["the largest number", copy("1", { revision: 2_147_483_646 }), copy("1", { revision: 2_147_483_647 })],
  ])("prefers %s", (_, lesser, greater) => {
    expect(revisionOf(greater) > revisionOf(lesser)).toBe(true);
  });

  test.each([
    ...[undefined, null, 2_147_483_648, -1, 1.5, 1e21, true, {}, [1]].map((none) => [none, "0000000000"] as const),
    ...["", "7.5", " 7", "+7", "2147483648", "99999999999", "a1b2c3", "٧"].map((none) => [none, "0000000000"] as const),
    ...[7, "7", "007", "7.0"].map((seven) => [seven, "0000000007"] as const),
    ...[2_147_483_647, "2147483647"].map((largest) => [largest, "2147483647"] as const),
  ])("takes the number %j for %s", (revision, digits) => {
    expect(revisionOf(copy("1", { revision }))).toBe(`${digits}.1.${received}`);
  });
});

describe("createDeduplicator", () => {
  const e = (id: string): EventCopy => copy(id);

  test("gives each event once, also within one call", () => {
    expect(createDeduplicator().unseen([e("1"), e("2"), e("1")])).toEqual([e("1"), e("2")]);
  });

  test("gives a copy once that stands twice in one call as the same object", () => {
    const same = e("1");
    expect(createDeduplicator().unseen([same, same])).toEqual([same]);
  });

  test("does not take an event for seen before it was dealt with, so that a retry after a failure finds it", () => {
    const deduplicator = createDeduplicator();
    expect(deduplicator.unseen([e("1")])).toHaveLength(1);
    expect(deduplicator.unseen([e("1")])).toHaveLength(1);
    deduplicator.remember([e("1")]);
    expect(deduplicator.unseen([e("1"), e("2")])).toEqual([e("2")]);
  });

  test("tells the same id of two sources apart", () => {
    const deduplicator = createDeduplicator();
    deduplicator.remember([{ event: { source: "a", id: "1" } }]);
    expect(deduplicator.unseen([{ event: { source: "b", id: "1" } }])).toHaveLength(1);
  });

  test("lets a later revision through, as a correction, and no earlier one", () => {
    const deduplicator = createDeduplicator();
    const wrong = copy("1", {}, "invalid");
    const right = copy("1", { receivedat: later });
    const stale = copy("1", { receivedat: "2026-11-22T12:00:00.002Z" }, "invalid");
    expect(deduplicator.isCorrection(wrong)).toBe(false);
    deduplicator.remember([wrong]);
    expect(deduplicator.unseen([wrong, right, stale])).toEqual([right]);
    expect(deduplicator.isCorrection(right)).toBe(true);
    expect(deduplicator.isCorrection(wrong)).toBe(false);
    deduplicator.remember([right]);
    deduplicator.remember([wrong]);
    expect(deduplicator.unseen([stale, right])).toEqual([]);
  });

  test("gives the latest of several revisions in one call, in its own place", () => {
    const right = copy("1", { revision: 2 });
    expect(createDeduplicator().unseen([copy("1"), e("2"), right, copy("1", { revision: 1 })])).toEqual([
      e("2"),
      right,
    ]);
  });

  test("stays within its bound and forgets the oldest first", () => {
    const deduplicator = createDeduplicator({ maxIdentities: 3 });
    deduplicator.remember(["1", "2", "3"].map(e));
    deduplicator.remember([e("1")]);
    deduplicator.remember(["4", "5"].map(e));
    expect(deduplicator.size).toBe(3);
    expect(deduplicator.unseen(["1", "2", "3", "4", "5"].map(e))).toEqual([e("2"), e("3")]);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a bound of %p", (maxIdentities) => {
    expect(() => createDeduplicator({ maxIdentities })).toThrow(
      "Expected `maxIdentities` to be an integer from 1, got",
    );
  });
});

describe("an erasure notice", () => {
  const copy = (attributes: object): EventCopy => ({
    event: { id: "1", source, receivedat: "2026-11-22T12:00:00.000Z", ...attributes },
    validation: { status: "valid" },
  });
  const notice = copy({ type: erasureNoticeType, erasedat: "2026-11-23T12:00:00.000Z", revision: ERASURE_REVISION });

  test("is told from events, whatever revision their sender gives them", () => {
    expect([copy({}), copy({ revision: ERASURE_REVISION }), notice].map(isErasureNotice)).toEqual([false, false, true]);
  });

  test("is the latest revision of its event: what comes behind it is left out", () => {
    const deduplicator = createDeduplicator();
    const replayed = copy({ replayedat: "2026-12-01T12:00:00.000Z" });
    expect(deduplicator.unseen([copy({}), notice, replayed])).toEqual([notice]);
    deduplicator.remember([copy({})]);
    expect(deduplicator.isCorrection(notice)).toBe(true);
    deduplicator.remember([notice]);
    expect(deduplicator.unseen([replayed, notice, copy({})])).toEqual([]);
  });
});
