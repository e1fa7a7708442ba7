import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { EventSummary } from "../../src/api.ts";
import { parseEventQuery, QueryError } from "../../src/events/event-query.ts";

const nowMs = Date.parse("2026-11-29T12:00:00Z");

const event = (members: Partial<EventSummary> = {}): EventSummary => ({
  key: "k",
  id: "e-1",
  source: "https://shop.example/web",
  type: "commerce.purchase",
  subject: "visitor-1",
  status: "valid",
  contract: "commerce/purchase/1-0-0",
  atMs: nowMs,
  fault: null,
  faults: 0,
  masked: 0,
  ...members,
});

const matches = (query: string, members?: Partial<EventSummary>): boolean =>
  parseEventQuery(query, nowMs).matches(event(members));

describe("a search", () => {
  test("has texts that the whole event contains, as its JSON writes them", () => {
    expect(parseEventQuery('type:search.click has:s-42 has:"a \\ b"', nowMs).contains).toEqual([
      "search.click",
      "s-42",
      "a \\\\ b",
    ]);
    expect(() => parseEventQuery("-has:s-42", nowMs)).toThrow(QueryError);
  });

  test.each([
    ["", true],
    ["type:commerce.purchase", true],
    ["type:commerce", false],
    ["type:commerce.*", true],
    ["type:*.purchase status:valid", true],
    ["type:*.purchase status:invalid", false],
    ["status:invalid,valid", true],
    ["-status:valid", false],
    ["-status:invalid", true],
    ["source:https://shop.example/web", true],
    ["https://shop.example", true],
    ["PURCHASE", true],
    ["-purchase", false],
    ['subject:"visitor-1"', true],
    ['subject:"visitor 1"', false],
    ["id:e*1", true],
    ["id:e-1*1", false],
  ])("%j finds a valid purchase: %j", (query, isFound) => {
    expect(matches(query)).toBe(isFound);
  });

  test("names its place: a destination, or the bad rows", () => {
    expect(parseEventQuery("in:fraud id:x", nowMs).place).toBe("fraud");
    expect(parseEventQuery("status:bad", nowMs).place).toBe("bad");
    expect(parseEventQuery("status:valid", nowMs).place).toBeUndefined();
  });

  test("has a time: so long ago, or from one instant to another", () => {
    expect(parseEventQuery("time:15m", nowMs).fromMs).toBe(nowMs - 900_000);
    const range = parseEventQuery("time:2026-11-29T11:00:00Z..2026-11-29T11:05:00Z", nowMs);
    expect([range.fromMs, range.untilMs]).toEqual([nowMs - 3_600_000, nowMs - 3_300_000]);
  });

  test.each([
    ["colour:red", /"colour:" is no key of a search. Use id:, type:/],
    ["time:yesterday", /"time:yesterday" is no time/],
    ["time:..", /is no time/],
    ["x".repeat(1_001), /at most 1000 characters/],
  ])("%j is refused, and the message says how it could be", (query, reason) => {
    expect(() => parseEventQuery(query, nowMs)).toThrow(reason);
  });

  test("of any text is read or refused, and never finds an event that lacks what it has to contain", () => {
    const words = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc
        .tuple(fc.constantFrom("id:", "-type:", "source:", "time:", "in:"), fc.string({ maxLength: 30 }))
        .map((pair) => pair.join("")),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), fc.string(), (tokens, id) => {
        let query: ReturnType<typeof parseEventQuery>;
        try {
          query = parseEventQuery(tokens.join(" "), nowMs);
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
          return;
        }
        const line = JSON.stringify({ id, type: "a.b", source: "s" });
        const isFound = query.matches(event({ id, type: "a.b", source: "s", subject: null, contract: null }));
        if (isFound) expect(query.contains.filter((text) => !line.includes(text))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
