import { expect, test } from "@jest/globals";
import type { ListedObject, S3 } from "../../src/index.ts";
import { lakeStore } from "../../src/index.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Keys in an answer of S3. */
const keysPerRequest = 1_000;
const lakeFromMs = Date.parse("2023-11-29T00:00:00Z");

/** A lake of three years, made as it is listed; counts requests as S3 would get them. */
function countingLake(objectsAnHour: number): { readonly s3: S3; readonly counts: { requests: number; keys: number } } {
  const counts = { requests: 0, keys: 0 };
  async function* listObjects(_bucket: string, prefix: string): AsyncGenerator<ListedObject> {
    const [, date = "", hour] = /date=([0-9-]+)\/(?:hour=(\d\d)\/)?$/.exec(prefix) ?? [];
    const objects = (hour === undefined ? 24 : 1) * objectsAnHour;
    const isThere = Date.parse(date) >= lakeFromMs;
    counts.requests += isThere ? Math.ceil(objects / keysPerRequest) : 1;
    for (let index = 0; isThere && index < objects; index += 1) {
      counts.keys += 1;
      const of = hour ?? String(Math.floor(index / objectsAnHour)).padStart(2, "0");
      yield { key: `enriched/date=${date}/hour=${of}/${index % objectsAnHour}.json.gz`, bytes: 1, modifiedMs: 0 };
    }
  }
  return { s3: { listObjects } as unknown as S3, counts };
}

async function requestsFor(objectsAnHour: number, fromMs: number, toMs: number) {
  const { s3, counts } = countingLake(objectsAnHour);
  let parts = 0;
  for await (const _ of lakeStore(s3, "lake").parts({ fromMs, toMs })) parts += 1;
  return { ...counts, parts };
}

test("three hours out of three years cost a request for each hour, and no other key is seen", async () => {
  const fromMs = Date.parse("2025-06-01T08:00:00Z");
  const { requests, keys } = await requestsFor(60, fromMs, fromMs + 3 * hourMs);
  // The hour before, in which a buffer may have begun, and the one in which what was enriched last arrived.
  expect(requests).toBe(5);
  expect(keys).toBe(5 * 60);
});

test("three years are listed by the day, up to a thousand keys in a request, and not object by object", async () => {
  const { requests, parts } = await requestsFor(2, lakeFromMs, lakeFromMs + 3 * 365 * dayMs);
  expect(parts).toBe(3 * 365 * 24 * 2 + 2);
  // A request a day, and the hours at both ends.
  expect(requests).toBe(3 * 365 + 2);
});
