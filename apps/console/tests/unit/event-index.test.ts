import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { EventIndex } from "../../src/events/event-index.ts";
import type { EventFault, ReadEvent } from "../../src/events/event-summary.ts";
import { MAX_GROUPS } from "../../src/events/limits.ts";

const beganMs = Date.parse("2026-11-29T12:00:00Z");
const rank: EventFault = { path: "/data/items/3/rank", keyword: "type", message: "must be integer" };

const event = (minute: number, isValid: boolean, members: Partial<ReadEvent["summary"]> = {}): ReadEvent => ({
  summary: {
    key: `${minute}`,
    id: `e-${minute}`,
    source: "app",
    type: "search.click",
    subject: null,
    status: isValid ? "valid" : "invalid",
    contract: "search/click/1-0-0",
    atMs: beganMs + minute * 60_000,
    fault: null,
    faults: isValid ? 0 : 1,
    masked: 0,
    ...members,
  },
  faults: isValid ? [] : [rank],
  isCanary: false,
});

const read = (events: readonly ReadEvent[]): EventIndex => {
  const index = new EventIndex();
  for (const each of events) index.add(each);
  return index;
};

describe("quality", () => {
  test("says since when a source is invalid: the first fault after which no minute was without one", () => {
    const events = [event(0, true), event(1, false), event(2, true), event(4, false), event(5, false), event(7, false)];
    const [group] = read(events).quality().groups;
    expect(group?.since).toEqual({ atMs: beganMs + 4 * 60_000, isBefore: false });
    expect(group?.bad).toEqual([0, 1, 0, 0, 1, 1, 0, 1]);
    expect(group?.all).toEqual([1, 1, 1, 0, 1, 1, 0, 1]);
  });

  test("says that it was so before, where no valid event was read", () => {
    expect(read([event(0, false), event(1, false)]).quality().groups[0]?.since).toEqual({
      atMs: beganMs,
      isBefore: true,
    });
  });

  test("says that it is over, where the last minute is well", () => {
    expect(read([event(0, false), event(1, true)]).quality().groups[0]?.since).toBeNull();
  });

  test("leaves canaries out, also of a type that others send, and totals count all that was read", () => {
    const canary = { ...event(1, false), isCanary: true };
    const index = read([event(0, true), canary, canary]);
    expect(index.quality()).toMatchObject({ events: 1, canaries: 2, groups: [{ valid: 1, invalid: 0, faults: [] }] });
    expect(index.totals()).toMatchObject({ events: 3, statuses: { valid: 1, invalid: 2 } });
  });

  test("counts faults by path, with places in a list as one, and gives the newest events as samples", () => {
    const other = { ...event(8, false), faults: [{ ...rank, path: "/data/items/12/rank" }] };
    const [group] = read([...[1, 2, 3, 4, 5, 6].map((minute) => event(minute, false)), other]).quality().groups;
    expect(group?.faults).toEqual([
      expect.objectContaining({
        path: "/data/items/*/rank",
        count: 7,
        firstMs: beganMs + 60_000,
        lastMs: beganMs + 480_000,
        samples: ["e-8", "e-6", "e-5", "e-4", "e-3"],
      }),
    ]);
  });

  test("is the same in whatever order events were read", () => {
    const events = fc.array(
      fc
        .tuple(fc.nat(30), fc.boolean(), fc.constantFrom("app", "web"))
        .map(([minute, isValid, source]) => event(minute, isValid, { source })),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(events, fc.nat(), (list, turn) => {
        const at = turn % list.length;
        const other = [...list.slice(at), ...list.slice(0, at)].reverse();
        // Groups with as many faults stand in the order in which they came.
        const byName = (index: EventIndex) => index.quality().groups.toSorted((a, b) => (a.source < b.source ? -1 : 1));
        expect(byName(read(other))).toEqual(byName(read(list)));
        expect(read(other).totals()).toEqual(read(list).totals());
      }),
    );
  });

  test("counts on when there are more kinds than it tells apart", () => {
    const events = Array.from({ length: MAX_GROUPS + 40 }, (_, index) => event(0, true, { type: `t-${index}` }));
    const index = read(events);
    expect(index.quality().groups).toHaveLength(MAX_GROUPS + 1);
    expect(index.quality().otherGroups).toBe(40);
    expect(index.totals()).toMatchObject({ events: MAX_GROUPS + 40, statuses: { valid: MAX_GROUPS + 40 } });
  });
});
