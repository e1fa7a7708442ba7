import { expect, test } from "@jest/globals";
import { parseEventQuery } from "../../src/events/event-query.ts";
import { searchEvents } from "../../src/events/search-events.ts";
import { MemorySource } from "./memory-source.ts";

const nowMs = 1_000_000;
const search = (source: MemorySource, query: string, limit = 10, before?: string) =>
  searchEvents(source, parseEventQuery(query, nowMs), { limit, before });

function createSource(): MemorySource {
  const source = new MemorySource();
  for (let n = 1; n <= 1_000; n += 1) source.put({ id: `e-${n}`, type: n % 100 === 0 ? "rare" : "purchase", atMs: n });
  return source;
}

test("a search reads from the end, and only as much as it needs", async () => {
  const source = createSource();
  const { events, looked } = await search(source, "", 10);
  expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `e-${1_000 - index}`));
  expect(looked).toBe(10);
});

test("a search goes on where the last answer ended, and finds each event once", async () => {
  const source = createSource();
  const found: string[] = [];
  let before: string | null | undefined;
  do {
    const answer = await search(source, "-type:purchase", 3, before ?? undefined);
    found.push(...answer.events.map(({ id }) => id));
    ({ before } = answer);
  } while (before !== null);
  expect(found).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((n) => `e-${n}00`));
});

test("a search for an exact text has the source look for it", async () => {
  const source = createSource();
  const { events } = await search(source, "id:e-7");
  expect(events.map(({ id }) => id)).toEqual(["e-7"]);
  expect(source.asked.map(({ contains }) => contains)).toEqual(source.asked.map(() => ["e-7"]));
});

test("a search ends at its time, and begins there", async () => {
  const source = createSource();
  const range = `time:${new Date(990).toISOString()}..${new Date(2_000).toISOString()}`;
  const { events, before } = await search(source, range, 500);
  expect([events.length, before]).toEqual([11, null]);
  expect(source.asked[0]?.beforeMs).toBe(2_000);
});

test("a search looks into a destination by its short name, and names those that there are", async () => {
  const source = createSource();
  source.put({ id: "copy" }, "m-fraud");
  expect((await search(source, "in:fraud")).events.map(({ id }) => id)).toEqual(["copy"]);
  await expect(search(source, "in:nowhere")).rejects.toThrow('"in:nowhere" is no destination. There are: m-fraud.');
});
