/** Objects as Firehose, the router and Lambda leave them, read through the unmodified S3 client. */
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { MemoryObjectStore, type ObjectStoreServer, startObjectStoreServer } from "@millrace/aws-simulator";
import { gzipSync } from "node:zlib";
import {
  badRowStore,
  deadLetterStore,
  lakeStore,
  openS3,
  type S3,
  type Store,
  type StoredEvent,
  undeliveredStore,
} from "../../src/index.ts";

const bucket = "the-lake";
const range = { fromMs: Date.parse("2026-11-29T10:00:00Z"), toMs: Date.parse("2026-11-29T11:00:00Z") };

let objects: MemoryObjectStore;
let server: ObjectStoreServer;
let s3: S3;

beforeEach(async () => {
  objects = new MemoryObjectStore();
  server = await startObjectStoreServer(objects);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  s3 = await openS3({ endpoint: server.url, region: "eu-west-1", credentials });
});
afterEach(async () => {
  s3.close();
  await server.close();
});

const put = (key: string, lines: readonly object[]) =>
  objects.put(bucket, key, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));

const rawEvent = (id: string) => ({ specversion: "1.0", id, source: "https://shop.example", type: "search.click" });

const enriched = (id: string, at: string, status = "valid") => ({
  event: { ...rawEvent(id), receivedat: at },
  validation: { status, schema: "https://millrace.example/click", errors: [] },
  processing: { enrichment: { name: "enrichment", version: "0.1.0+abc", contracts: "c1", at } },
});

async function read(store: Store, after?: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const part of store.parts(range)) for await (const batch of part.read(after)) events.push(...batch);
  return events;
}

const idsOf = (events: readonly StoredEvent[]) => events.map(({ facts }) => facts.id);

test("an object is asked for a text without reading its lines, wherever pieces of it end", async () => {
  const lines = Array.from({ length: 3_000 }, (_, index) =>
    enriched(`${"x".repeat(index % 257)}-${index}`, "2026-11-29T10:00:00Z"),
  );
  await put("enriched/date=2026-11-29/hour=10/a.gz", lines);
  for await (const part of lakeStore(s3, bucket).parts(range)) {
    expect(part.modifiedMs).toBeGreaterThan(0);
    for (let index = 0; index < lines.length; index += 100) {
      expect(await part.holds?.(`${"x".repeat(index % 257)}-${index}"`)).toBe(true);
    }
    expect(await part.holds?.("x-3000")).toBe(false);
  }
});

test("the lake is read by the time of enrichment, from the folders that can have it and no others", async () => {
  await put("enriched/date=2026-11-29/hour=09/a.gz", [
    enriched("early", "2026-11-29T09:59:59.999Z"),
    enriched("late in its object", "2026-11-29T10:00:00.000Z"),
  ]);
  await put("enriched/date=2026-11-29/hour=10/b.gz", [
    enriched("first", "2026-11-29T10:30:00.000Z", "unknown"),
    enriched("end", "2026-11-29T11:00:00.000Z"),
  ]);
  // Not to be looked at: its folder is out of the range.
  await put("enriched/date=2026-11-29/hour=12/c.gz", [enriched("of another hour", "2026-11-29T10:30:00.000Z")]);
  const events = await read(lakeStore(s3, bucket));
  expect(idsOf(events)).toEqual(["late in its object", "first"]);
  expect(events[1]?.facts).toMatchObject({
    status: "unknown",
    schema: "https://millrace.example/click",
    revision: "0000000000.0.2026-11-29T10:30:00.000Z",
    stamp: { enrichment: "0.1.0+abc", contracts: "c1" },
  });
  expect(events[1]?.place).toEqual({
    store: "lake",
    container: `s3://${bucket}/enriched/date=2026-11-29/hour=10/b.gz`,
    position: "1",
    atMs: Date.parse("2026-11-29T10:30:00.000Z"),
  });
});

test("an event that was enriched in an hour and arrived in the next is found by the time of its enrichment", async () => {
  await put("enriched/date=2026-11-28/hour=20/late.gz", [enriched("late arrival", "2026-11-28T19:59:58.000Z")]);
  const range = { fromMs: Date.parse("2026-11-28T19:59:00Z"), toMs: Date.parse("2026-11-28T20:00:00Z") };
  const found: unknown[] = [];
  for await (const part of lakeStore(s3, bucket).parts(range)) {
    for await (const events of part.read()) found.push(...idsOf(events));
  }
  expect(found).toEqual(["late arrival"]);
});

test("an object is read on behind a position", async () => {
  const at = "2026-11-29T10:30:00.000Z";
  await put(
    "enriched/date=2026-11-29/hour=10/a.gz",
    ["1", "2", "3"].map((id) => enriched(id, at)),
  );
  expect(idsOf(await read(lakeStore(s3, bucket), "2"))).toEqual(["3"]);
});

test("an undelivered event is the enriched event, with the digits of its numbers, and where it was to go", async () => {
  const key = "undelivered/search/clicks/date=2026-11-29/hour=10/a.json.gz";
  const line = `{"delivery":{"application":"search","stream":"clicks","routes":["search/all"]},"enriched":${JSON.stringify(
    enriched("1", "2026-11-29T10:30:00.000Z"),
  ).replace('"type"', '"size":12345678901234567890,"type"')}}`;
  await objects.put(bucket, key, gzipSync(`${line}\n`));
  const [event] = await read(undeliveredStore(s3, bucket));
  expect(event?.content.delivery).toEqual({ application: "search", destination: "clicks", routes: ["search/all"] });
  expect(event?.content.text).toContain('"size":12345678901234567890');
  expect(event?.facts).toMatchObject({ id: "1", status: "valid" });
});

test("a bad row is the raw event it was made of once it can be opened, and says why it cannot", async () => {
  const row = (payload: string, more: object = {}) => ({
    failure: { kind: "not-an-event", message: "No time." },
    payload: Buffer.from(payload).toString("base64"),
    processor: { name: "enrichment", version: "0.1.0+bad" },
    origin: { stream: "raw", shardId: "s", sequenceNumber: "1", index: 0 },
    ...more,
  });
  const sealed = { encryption: { algorithm: "aes-256-gcm", keyId: "k1" } };
  const text = JSON.stringify(rawEvent("repaired"));
  await put("bad-rows/date=2026-11-29/hour=10/a.gz", [
    row(text, sealed),
    row(text, { encryption: { algorithm: "aes-256-gcm", keyId: "retired" } }),
    row("", sealed),
    row("{", { payloadBytes: 2 }),
    row("{}\n{}\n", { origin: { stream: "raw", shardId: "s", sequenceNumber: "1", index: 0, lines: 2 } }),
    row("{}", { processor: { name: "router", version: "1" } }),
  ]);
  const events = await read(badRowStore(s3, bucket, (payload, key) => (key === "k1" ? payload : undefined)));
  expect(events.map(({ content }) => [content.form, content.badRow?.closed])).toEqual([
    ["raw", undefined],
    ["none", "no-key"],
    ["none", "no-payload"],
    ["none", "cut"],
    ["none", "several-lines"],
    ["none", "of-the-router"],
  ]);
  expect(events[0]?.facts).toMatchObject({ id: "repaired", stamp: { enrichment: "0.1.0+bad" } });
});

test("dead letters are the events of the records that Lambda gave up, by their arrival", async () => {
  const record = (stream: string, lines: string, at: string) => ({
    eventSourceARN: `arn:aws:kinesis:eu-west-1:000000000000:stream/${stream}`,
    kinesis: { data: Buffer.from(lines).toString("base64"), approximateArrivalTimestamp: Date.parse(at) / 1_000 },
  });
  const line = (id: string) => `${JSON.stringify(rawEvent(id))}\n`;
  const batch = (...Records: object[]) => JSON.stringify({ timestamp: "", payload: JSON.stringify({ Records }) });
  // Lambda gave it up two days after it arrived.
  const key = "aws/lambda/m-1/shardId-000000000000/2026/12/01/2026-12-01T10.00.00-u";
  await objects.put(
    bucket,
    key,
    Buffer.from(
      batch(
        record("p-raw", line("1") + line("2"), "2026-11-29T10:10:00Z"),
        record("p-enriched", `${JSON.stringify(enriched("3", "2026-11-29T10:10:00.000Z"))}\n`, "2026-11-29T10:10:01Z"),
        record("p-raw", line("too late"), "2026-11-29T11:10:01Z"),
      ),
    ),
  );
  const store = deadLetterStore(s3, bucket, "p-raw");
  const events = await read(store);
  expect(events.map(({ facts, content, place }) => [facts.id, content.form, place.position])).toEqual([
    ["1", "raw", "1:0:0"],
    ["2", "raw", "1:0:1"],
    ["3", "enriched", "1:1:0"],
  ]);
  expect(idsOf(await read(store, "1:0:0"))).toEqual(["2", "3"]);
});

test("a bucket that may not be read is named, with the next step", async () => {
  await server.close();
  await expect(read(lakeStore(s3, bucket))).rejects.toThrow(
    /^s3:\/\/the-lake\/enriched\/date=2026-11-29\/hour=09\/ cannot be read: .* Run the command again/,
  );
  server = await startObjectStoreServer(objects);
});
