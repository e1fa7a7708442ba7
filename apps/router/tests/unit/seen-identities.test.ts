import { expect, test } from "@jest/globals";
import { SEEN_IDENTITIES, SEEN_IDENTITY_MS } from "../../src/limits.ts";
import { SeenIdentities } from "../../src/seen-identities.ts";

test("an event at a second place is a copy, once for each place; the same place again is the same record", () => {
  const seen = new SeenIdentities();
  const read = (place: string): boolean => seen.isCopy("a", place, 0);
  expect(["shard-0:1:0", "shard-0:1:0", "shard-0:2:0", "shard-0:2:0", "shard-0:3:0"].map(read)).toEqual([
    false,
    false,
    true,
    false,
    true,
  ]);
});

test("a copy after the window is not told from a new event", () => {
  const seen = new SeenIdentities();
  seen.isCopy("a", "1", 0);
  expect(seen.isCopy("a", "2", SEEN_IDENTITY_MS - 1)).toBe(true);
  expect(seen.isCopy("a", "3", SEEN_IDENTITY_MS)).toBe(false);
});

test("the oldest identities are forgotten first, so that memory is bounded", () => {
  const seen = new SeenIdentities();
  for (let i = 0; i <= SEEN_IDENTITIES; i += 1) seen.isCopy(`event ${i}`, String(i), 0);
  expect(seen.isCopy(`event ${SEEN_IDENTITIES}`, "again", 0)).toBe(true);
  expect(seen.isCopy("event 0", "again", 0)).toBe(false);
});
