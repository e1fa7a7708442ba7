/** The command itself, against the protocols of Kinesis and S3. */
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import {
  FolderObjectStore,
  Kinesis,
  type KinesisServer,
  type ObjectStoreServer,
  startKinesisServer,
  startObjectStoreServer,
} from "@millrace/aws-simulator";
import { linesOfData } from "@millrace/packed-records";
import { createPayloadSeal, pseudonymOf } from "@millrace/privacy-keys";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runCli } from "../../src/cli/run-cli.ts";

const lake = "millrace-local-lake-000000000000";
const deadLetters = "millrace-local-dead-letters-000000000000";
const streams = ["raw", "enriched", "recommendations"].map((name) => `millrace-local-${name}`);
const from = "2026-11-29T08:00:00Z";
const to = "2026-11-29T11:00:00Z";
const at = "2026-11-29T09:30:00.000Z";
const key = { id: "k1", key: Buffer.alloc(32, 7) };

let folder: string;
let kinesis: Kinesis;
let objects: FolderObjectStore;
let servers: readonly (KinesisServer | ObjectStoreServer)[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "replay-"));
  kinesis = new Kinesis({});
  for (const streamName of streams) kinesis.createStream({ streamName, shardCount: 1 });
  objects = new FolderObjectStore({ folder: join(folder, "s3") });
  servers = [await startKinesisServer(kinesis), await startObjectStoreServer(objects)];
  const [kinesisUrl, s3Url] = servers.map(({ url }) => url);
  const run = { controlUrl: "", kinesisUrl, s3Url, destinationEndpoints: {}, secretsUrl: s3Url };
  writeFileSync(join(folder, "run.json"), JSON.stringify(run));
  writeFileSync(join(folder, "keys.json"), JSON.stringify([{ id: "k1", key: key.key.toString("base64") }]));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true });
});

let out: string[] = [];
beforeEach(() => {
  out = [];
});

const replay = (line: string, ...more: string[]) => replayBesideLive(line, "--rate", "1000", ...more);
const replayBesideLive = (line: string, ...more: string[]) =>
  runCli(
    [...line.split(" "), "--state", folder, ...more],
    { out: (text) => void out.push(text), err: (text) => void out.push(text) },
    new AbortController().signal,
  );

/** Events on a stream, by their text. */
const linesOf = (stream: string) =>
  [...kinesis.readRecords(`millrace-local-${stream}`)].flatMap(({ record }) =>
    linesOfData(record.Data).toString("utf8").trimEnd().split("\n"),
  );

const click = (id: string) => ({
  ...{ specversion: "1.0", id, source: "https://shop.example/web", type: "search.click", subject: "v-1" },
  ...{ time: at, tenantid: "shop", receivedat: at, data: { query: "tent" } },
});
const enriched = (id: string, status = "valid") => ({
  ...{ event: click(id), enrichment: {}, validation: { status, schema: null, errors: [] }, privacy: { masked: [] } },
  processing: { enrichment: { name: "enrichment", version: "0.1.0+abc", at } },
});

test("bad rows are opened, put back once, and noted with who and why", async () => {
  const seal = createPayloadSeal([key]);
  const rows = ["repaired-1", "repaired-2"].map((id) => {
    const { bytes, keyId } = seal(Buffer.from(JSON.stringify(click(id))));
    return {
      failure: { kind: "not-processed", message: "" },
      payload: Buffer.from(bytes).toString("base64"),
      encryption: { algorithm: "aes-256-gcm", keyId },
      processor: { name: "enrichment", version: "0.1.0+bad" },
      origin: { stream: "r", shardId: "s", sequenceNumber: id.slice(-1), index: 0 },
    };
  });
  const closed = { ...rows[0], encryption: { algorithm: "aes-256-gcm", keyId: "retired" } };
  const lines = [...rows, closed].map((row) => `${JSON.stringify(row)}\n`).join("");
  await objects.put(lake, "bad-rows/date=2026-11-29/hour=09/a.gz", gzipSync(lines));

  const line = `bad-rows --from ${from} --to ${to} --kind not-processed --keys ${join(folder, "keys.json")}`;
  expect(await replay(line)).toBe(0);
  expect(out.join("\n")).toMatch(/3 of 3 events are selected, in 1 parts; 2 would be put/);
  expect(out.join("\n")).toMatch(/unreadable: no-key: 1 \(a retired key: give it with --keys\)/);
  expect(linesOf("raw")).toEqual([]);
  const slowest = /slows down: to a 50th at the least, which takes \d+ s\. --rate keeps a rate\./;
  expect(out.join("\n")).not.toMatch(slowest);
  expect(await replayBesideLive(line)).toBe(0);
  expect(out.join("\n")).toMatch(slowest);

  expect(await replay(line, "--reason", "the defect is repaired")).toBe(0);
  const put = linesOf("raw").map((text) => JSON.parse(text) as { id: string; replayedat: string });
  expect(put.map(({ id }) => id).sort()).toEqual(["repaired-1", "repaired-2"]);
  expect(new Set(put.map(({ replayedat }) => Number.isNaN(Date.parse(replayedat))))).toEqual(new Set([false]));

  out = [];
  expect(await replay(line, "--reason", "again by mistake")).toBe(0);
  expect(out.join("\n")).toMatch(/has finished: 2 put .* Nothing was done/);
  expect(linesOf("raw")).toHaveLength(2);

  const audits = await Promise.all(
    (await objects.list(lake, "replays/audit/")).map(async ({ key: name }) => {
      return JSON.parse(Buffer.from((await objects.get(lake, name)).bytes).toString()) as object;
    }),
  );
  expect(audits).toMatchObject([
    { what: "started", reason: "the defect is repaired", by: expect.stringContaining("@") as unknown },
    { what: "finished", counts: { put: 2, selected: 3 } },
  ]);

  out = [];
  expect(await replay("list")).toBe(0);
  expect(out.join("\n")).toMatch(
    /finished {2}bad-rows 2026-11-29T08:00:00.000Z to 2026-11-29T11:00:00.000Z into pipeline/,
  );
});

test("a destination gets of the lake what its routes want, as the router writes it, and nobody else gets anything", async () => {
  const events = [enriched("c-1"), enriched("c-2", "invalid"), { ...enriched("c-3") }];
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join("");
  await objects.put(lake, "enriched/date=2026-11-29/hour=09/a.gz", gzipSync(lines));
  const before = linesOf("raw").length;
  const line = `lake --from ${from} --to ${to} --into destination:recommendations`;
  expect(await replay(line, "--reason", "a new route")).toBe(0);
  const delivered = linesOf("recommendations").map((text) => JSON.parse(text) as ReturnType<typeof enriched>);
  expect(delivered.map(({ event }) => event.id)).toEqual(["c-1", "c-3"]);
  expect(delivered[0]?.processing).toMatchObject({
    enrichment: { version: "0.1.0+abc" },
    router: {
      name: "replay",
      routes: expect.arrayContaining([expect.stringMatching(/^recommendations\//)]) as unknown,
    },
  });
  expect([linesOf("raw").length, linesOf("enriched").length]).toEqual([before, 0]);
});

test("of the lake only the objects are read that the warehouse has named", async () => {
  for (const id of ["n-1", "n-2", "n-3"]) {
    await objects.put(lake, `enriched/date=2026-11-29/hour=10/${id}.gz`, gzipSync(`${JSON.stringify(enriched(id))}\n`));
  }
  const file = join(folder, "objects.txt");
  writeFileSync(file, "enriched/date=2026-11-29/hour=10/n-3.gz\nenriched/date=2026-11-29/hour=10/n-1.gz\n");
  const line = `lake --from ${from} --to ${to} --into destination:recommendations --id n-* --objects-from ${file}`;
  expect(await replay(line)).toBe(0);
  expect(out.join("\n")).toMatch(/^2 of 2 events are selected, in 2 parts/);
  const before = linesOf("recommendations").length;
  expect(await replay(line, "--reason", "a new route")).toBe(0);
  const put = linesOf("recommendations").slice(before);
  expect(put.map((text) => (JSON.parse(text) as { event: { id: string } }).event.id)).toEqual(["n-1", "n-3"]);
  // Other objects are another replay.
  writeFileSync(file, "enriched/date=2026-11-29/hour=10/n-2.gz\n");
  out = [];
  expect(await replay(line, "--reason", "the rest")).toBe(0);
  expect(out.join("\n")).toMatch(/has finished: 1 put/);
  for (const id of ["n-1", "n-2", "n-3"]) await objects.delete(lake, `enriched/date=2026-11-29/hour=10/${id}.gz`);
});

test("dead letters go to the stream they came from; those of the router as they were", async () => {
  const record = (stream: string, value: object) => ({
    eventSourceARN: `arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-local-${stream}`,
    kinesis: {
      data: Buffer.from(`${JSON.stringify(value)}\n`).toString("base64"),
      approximateArrivalTimestamp: Date.parse(at) / 1_000,
    },
  });
  const Records = [record("raw", click("d-1")), record("enriched", enriched("d-2"))];
  const letter = JSON.stringify({ timestamp: at, payload: JSON.stringify({ Records }) });
  await objects.put(deadLetters, "aws/lambda/m/shardId-0/2026/11/29/2026-11-29T10.00.00-u", Buffer.from(letter));
  expect(await replay(`dead-letters --from ${from} --to ${to}`, "--reason", "given up")).toBe(0);
  expect(linesOf("raw").at(-1)).toMatch(/"id":"d-1".*"replayedat":"/);
  expect(linesOf("enriched")).toEqual([JSON.stringify(enriched("d-2"))]);
});

test("events are chosen by what the lake knows of them, where their own source does not", async () => {
  const now = new Date();
  await objects.put(
    lake,
    `enriched/date=${now.toISOString().slice(0, 10)}/hour=${now.toISOString().slice(11, 13)}/live.gz`,
    gzipSync(
      ["known-bad", "known-good"]
        .map((id) => {
          const status = id === "known-bad" ? "invalid" : "valid";
          const event = { ...enriched(id, status) };
          return `${JSON.stringify({ ...event, processing: { enrichment: { name: "e", version: "1", at: now.toISOString() } } })}\n`;
        })
        .join(""),
    ),
  );
  const { PutRecordsCommand } = await import("@aws-sdk/client-kinesis");
  const Records = ["known-bad", "known-good"].map((id) => ({
    PartitionKey: id,
    Data: Buffer.from(`${JSON.stringify(click(id))}\n`),
  }));
  await kinesis.client().send(new PutRecordsCommand({ StreamName: "millrace-local-raw", Records }));
  // The range ends before the present millisecond.
  const arrivedMs = Date.now();
  while (Date.now() === arrivedMs) await new Promise((resolve) => setImmediate(resolve));
  expect(await replay("raw --from 1m --status invalid --json")).toBe(0);
  expect(JSON.parse(out.at(-1) ?? "")).toMatchObject({ selected: 1, put: 1, samples: [{ id: "known-bad" }] });
});

test("undelivered events go to the destination that did not take them, chosen by their route, and to no other", async () => {
  const name = "recommendations";
  const row = (id: string, stream: string, route: string) => {
    const delivery = { application: name, stream, routes: [route], at };
    return `${JSON.stringify({ delivery, enriched: enriched(id) })}\n`;
  };
  const rows = [
    row("u-1", name, "recommendations/search-clicks"),
    row("u-2", "fraud", "fraud/orders"),
    row("u-3", name, "recommendations/other"),
  ];
  const key = `undelivered/${name}/${name}/date=2026-11-29/hour=09/a.gz`;
  await objects.put(lake, key, gzipSync(rows.join("")));
  const before = linesOf(name).length;
  const line = `undelivered --from ${from} --to ${to} --into destination:${name} --route recommendations/search-clicks`;
  expect(await replay(line)).toBe(0);
  // The hour of the folder is all that tells when.
  expect(out.join("\n")).toContain("From 2026-11-29T09:00:00.000Z to 2026-11-29T10:00:00.000Z.");
  expect(await replay(line, "--reason", "the stream is well again")).toBe(0);
  const put = linesOf(name).slice(before);
  expect(put.map((text) => (JSON.parse(text) as { event: { id: string } }).event.id)).toEqual(["u-1"]);
});

test("an object that cannot be read ends a replay, which says that it goes on; a count has nothing to go on with", async () => {
  const key = "enriched/date=2026-11-20/hour=09/broken.gz";
  await objects.put(lake, key, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  const line = "lake --from 2026-11-20T09:00:00Z --to 2026-11-20T10:00:00Z --into destination:recommendations";
  const message = new RegExp(`^s3://${lake}/${key} cannot be read: .* Run the command again\\.`);
  expect(await replay(line)).toBe(1);
  expect(out.join("\n")).toMatch(new RegExp(`${message.source}$`));
  out = [];
  expect(await replay(line, "--reason", "why")).toBe(1);
  expect(out.at(-1)).toMatch(new RegExp(`${message.source} The replay goes on where it stopped\\.$`));
  await objects.delete(lake, key);
});

test("AWS that is not there ends a replay with code 1 and the next step", async () => {
  const elsewhere = join(folder, "gone");
  mkdirSync(elsewhere);
  const gone = "http://127.0.0.1:1";
  const run = { controlUrl: "", kinesisUrl: gone, s3Url: gone, destinationEndpoints: {}, secretsUrl: gone };
  writeFileSync(join(elsewhere, "run.json"), JSON.stringify(run));
  const line = `lake --from ${from} --to ${to} --into destination:recommendations --reason why`;
  expect(await replay(line, "--state", elsewhere)).toBe(1);
  expect(out.at(-1)).toMatch(/ECONNREFUSED.* Run the command again\. The replay goes on where it stopped\.$/);
});

test("masked events are not put through enrichment again: the answer says where the clear ones are", async () => {
  expect(await replay(`lake --from ${from} --to ${to}`)).toBe(0);
  expect(out.join("\n")).toMatch(/not put, masked: 3 \(masked already: take them from raw/);
});

test("a destination that nobody has is answered with the one that was meant", async () => {
  expect(await replay(`lake --from ${from} --into destination:recomendations`)).toBe(2);
  expect(out.join("\n")).toBe('No route leads to a destination "recomendations". Did you mean "recommendations"?');
});

test("an event of somebody who was erased after it was received is not put back, and counted", async () => {
  const { value } = pseudonymOf(key, "subject", "somebody-4711");
  const erasure = {
    id: "erasure-1",
    requests: [{ at: "2026-11-29T10:00:00.000Z", by: "operator", reason: "request 4711" }],
    pseudonyms: [{ class: "subject", keyId: "k1", value }],
  };
  await objects.put(lake, "privacy/erasures/erasure-1.json", Buffer.from(JSON.stringify(erasure)));
  const later = { ...click("erased-3"), subject: "somebody-4711", receivedat: "2026-11-29T10:30:00.000Z" };
  const events = [{ ...click("erased-1"), subject: "somebody-4711" }, click("erased-2"), later];
  const seal = createPayloadSeal([key]);
  const rows = events.map((event, index) => ({
    failure: { kind: "not-processed", message: "" },
    payload: Buffer.from(seal(Buffer.from(JSON.stringify(event))).bytes).toString("base64"),
    encryption: { algorithm: "aes-256-gcm", keyId: "k1" },
    processor: { name: "enrichment", version: "0.1.0+bad" },
    origin: { stream: "r", shardId: "s", sequenceNumber: "9", index },
  }));
  const content = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await objects.put(lake, "bad-rows/date=2026-11-29/hour=09/erased.gz", gzipSync(content));
  const line = `bad-rows --from ${from} --to ${to} --id erased-* --keys ${join(folder, "keys.json")}`;
  expect(await replay(line)).toBe(0);
  expect(out.join("\n")).toMatch(/2 would be put/);
  expect(out.join("\n")).toMatch(/erased: 1/);
  expect(await replay(line, "--reason", "the defect is repaired")).toBe(0);
  const put = linesOf("raw").map((text) => (JSON.parse(text) as { id: string }).id);
  expect(put.filter((id) => id.startsWith("erased-")).sort()).toEqual(["erased-2", "erased-3"]);
  await objects.delete(lake, "privacy/erasures/erasure-1.json");
});
