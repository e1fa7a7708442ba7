import { expect, test } from "@jest/globals";
import { SEEN_IDENTITIES, SEEN_IDENTITY_MS } from "../../src/limits.ts";
import { type EventPlace, SeenIdentities } from "../../src/seen-identities.ts";

const event = (id: string) => ({ source: "https://shop.example/web", id });

/** `shard:sequence number:line`. */
function place(text: string): EventPlace {
  const [shardId = "", sequenceNumber = "", index = "0"] = text.split(":");
  return { shardId, sequenceNumber, index: Number(index) };
}

test("an event at a second place is a copy, once for each place; the same place again is the same record", () => {
  const seen = new SeenIdentities();
  const read = (at: string): boolean => seen.isCopy(event("a"), place(at), 0);
  expect(["0:1:0", "0:1:0", "0:2:0", "0:2:0", "0:3:0", "1:3:0", "1:3:0"].map(read)).toEqual([
    false,
    false,
    true,
    false,
    true,
    true,
    false,
  ]);
  expect(["0:1:1", "0:1:1"].map(read)).toEqual([true, false]);
});

test("a copy after the window is not told from a new event", () => {
  const seen = new SeenIdentities();
  seen.isCopy(event("a"), place("0:1"), 0);
  expect(seen.isCopy(event("a"), place("0:2"), SEEN_IDENTITY_MS - 1)).toBe(true);
  expect(seen.isCopy(event("a"), place("0:3"), SEEN_IDENTITY_MS)).toBe(false);
});

test("the oldest identities are forgotten first, so that memory is bounded", () => {
  const seen = new SeenIdentities();
  for (let i = 0; i <= SEEN_IDENTITIES; i += 1) seen.isCopy(event(String(i)), place(`0:${i}`), 0);
  expect(seen.isCopy(event(String(SEEN_IDENTITIES)), place("0:again"), 0)).toBe(true);
  expect(seen.isCopy(event("0"), place("0:again"), 0)).toBe(false);
});

test("events and sources that are alike are told apart, and one that comes for ever costs no more each time", () => {
  const seen = new SeenIdentities();
  const identities = Array.from({ length: SEEN_IDENTITIES / 2 }, (_, i) => ({
    source: `s${i % 3}`,
    id: String(Math.floor(i / 3)),
  }));
  expect(identities.filter((identity, i) => seen.isCopy(identity, place(`0:${i}`), 0))).toEqual([]);
  const again = new SeenIdentities();
  const copies = Array.from({ length: 5 * SEEN_IDENTITIES }, (_, i) => again.isCopy(event("1"), place(`0:${i}`), i));
  expect(copies.filter((isCopy) => !isCopy).length).toBeLessThanOrEqual(20);
});
