/** Lookups as the build puts them into a bundle, with tables in files and in a model of S3, under a virtual clock. */
import { execFileSync } from "node:child_process";
import { Buffer } from "node:buffer";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  MemoryObjectStore,
  type ObjectStoreServer,
  startObjectStoreServer,
  VirtualClock,
} from "@millrace/aws-simulator";
import { createEnrichments, type EnrichmentEntry, type LookupOptions } from "@millrace/enrichments";
import type { EnrichedEvent } from "@millrace/event-contracts";
import { createLogger, createTelemetry } from "@millrace/telemetry";
import { unzipSync } from "fflate";
import { checkOptions } from "../../scripts/check-options.ts";
import { createEnrichmentHandler } from "../../src/index.ts";
import { createLookupTables, type LookupParts } from "../../src/lookups/lookup-tables.ts";
import { createSourceReader } from "../../src/lookups/read-source.ts";
import { createStreams } from "../kinesis-harness.ts";
import { createRawEvent, key, testContracts, toRecord } from "../raw-events.ts";

const app = join(import.meta.dirname, "../..");
const columns = {
  brand: { type: "string", description: "Brand.", maxLength: 20 },
  margin: { from: "margin_percent", type: "number", description: "Margin.", minimum: 0 },
  buyer: {
    type: "string",
    description: "Address of the buyer in charge.",
    pattern: "@",
    "x-privacy": { class: "email", action: "hmac" },
  },
};
const options: object = { source: "tables/products.csv", key: "sku", pointers: ["/data/productId"], columns };
const entry = (changed: object = {}): EnrichmentEntry => ({
  name: "product",
  kind: "lookup",
  options: { ...options, ...changed },
});
const table = "sku,brand,margin_percent,buyer\np-1,Acme,12.5,ada@example.com\np-2,Bolt,,\n";

let folder: string;
let parts: LookupParts;
let server: ObjectStoreServer;
const store = new MemoryObjectStore();
const environment = (): Record<string, string> => ({
  AWS_ENDPOINT_URL_S3: server.url,
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "id",
  AWS_SECRET_ACCESS_KEY: "secret",
});

function writeOptions(...entries: EnrichmentEntry[]): string {
  const path = join(folder, "options/enrichments.json");
  writeFileSync(path, JSON.stringify({ enrichments: entries }, undefined, 2));
  return path;
}

/** The first step of the build. */
const check = (...entries: EnrichmentEntry[]) => checkOptions(writeOptions(...entries));

/** The last line that the build printed: the names of all results, or its faults. */
function build(...entries: EnrichmentEntry[]): string {
  writeOptions(...entries);
  const script = join(app, "tests/build-own-packages.ts");
  const args = ["--conditions=@millrace/source", "--no-warnings", script, folder];
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
}

beforeAll(async () => {
  mkdirSync(join(app, "dist"), { recursive: true });
  folder = mkdtempSync(join(app, "dist/lookups-"));
  mkdirSync(join(folder, "options/tables"), { recursive: true });
  writeFileSync(join(folder, "options/tables/products.csv"), table);
  writeFileSync(join(folder, "entry.ts"), 'export { lookupParts as handler } from "./own-packages.js";\n');
  expect(JSON.parse(build(entry()))).toContain("product");
  const code = unzipSync(readFileSync(join(folder, "function.zip")))["index.js"];
  writeFileSync(join(folder, "bundle.cjs"), code ?? "");
  ({ handler: parts } = createRequire(import.meta.url)(join(folder, "bundle.cjs")) as { handler: LookupParts });
  server = await startObjectStoreServer(store);
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A table is unpacked and checked after the read of its source: the log tells when. Jest's limit bounds the wait. */
async function isTaken(lines: readonly object[]): Promise<void> {
  while (lines.length === 0) await new Promise((resolve) => void setImmediate(resolve));
}

/** A function with one lookup, as it starts. */
function start(changed: Partial<LookupOptions> = {}) {
  const clock = new VirtualClock({ startMs: Date.parse("2026-11-20T10:00:02.000Z") });
  const streams = createStreams({ clock });
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const telemetry = createTelemetry({ service: "enrichment", stage: "test", functionName: "f", clock, write });
  const logger = createLogger({ clock, write });
  const readSource = createSourceReader(environment(), join(folder, "options"));
  let reads = Promise.resolve();
  const lookups = createLookupTables({
    parts,
    readSource: (...args) => {
      const read = readSource(...args);
      reads = reads.then(() => read.then(() => undefined).catch(() => undefined));
      return read;
    },
    clock,
    random: () => 0,
    telemetry,
    logger,
  });
  const enrichments = createEnrichments([entry(changed)], {
    readFile: () => new Uint8Array(),
    openTable: lookups.open,
  });
  const handler = createEnrichmentHandler({
    client: streams.client,
    enrichedStreamName: "enriched",
    badRowStreamName: "bad-rows",
    contracts: testContracts(),
    enrichments,
    lookups,
    privacyKeys: [key],
    clock,
    random: () => 0.5,
    telemetry,
    logger,
  });
  /** Files and sockets know no virtual clock. */
  const settle = async () => {
    await new Promise((resolve) => void setImmediate(resolve));
    await reads;
    await new Promise((resolve) => void setImmediate(resolve));
  };
  let sent = 0;
  /** The enriched events of one batch with an event for each product, and what the function answered. */
  const invoke = async (...productIds: unknown[]) => {
    await settle();
    const before = streams.read("enriched").length;
    const events = productIds.map((productId) => {
      const data = { ...(createRawEvent()["data"] as object), productId };
      return createRawEvent({ id: `e-${(sent += 1)}`, data });
    });
    const batch = streams.toEvent([{ partitionKey: "v-1", data: toRecord(...events) }], 49_590 + sent);
    const begun = clock.now();
    const answering = handler(batch, {
      awsRequestId: "r",
      getRemainingTimeInMillis: () => 30_000 - (clock.now() - begun),
    });
    await settle();
    const answer = await clock.run(answering);
    const written = streams.read("enriched").slice(before);
    const enriched = written.flatMap(({ text }) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as EnrichedEvent),
    );
    return { answer, enriched, added: enriched.map(({ enrichment }) => enrichment as Record<string, unknown>) };
  };
  const sumOf = (metric: string) => lines.reduce((sum, line) => sum + Number(line[metric] ?? 0), 0);
  /** When the table is due once more, and has been read. */
  const refresh = async () => {
    await clock.runFor(300_000);
    await invoke();
    await settle();
  };
  return { clock, invoke, lines, sumOf, refresh };
}

const noted = (message: string) => ({ notes: [{ enrichment: "product", message }] });
const noTable = noted("The table of the lookup could not be read.");

describe("a lookup", () => {
  test("adds the columns of the event's row, masked where they are annotated, and counts what has none", async () => {
    const { invoke, sumOf, lines } = start();
    const { enriched, added } = await invoke("p-1", "p-2", "p-9");
    expect(added).toEqual([
      { product: { brand: "Acme", margin: 12.5, buyer: expect.stringMatching(/^k1\./) } },
      { product: { brand: "Bolt" } },
      {},
    ]);
    expect(enriched[0]?.privacy.masked).toContainEqual({
      path: "/enrichment/product/buyer",
      class: "email",
      action: "hmac",
      keyId: "k1",
    });
    expect([sumOf("lookupMisses"), sumOf("lookupFailures")]).toEqual([1, 0]);
    expect(lines).toContainEqual(expect.objectContaining({ lookupMissesByName: { product: 1 }, lookupAgeMs: 0 }));
    expect(JSON.stringify(lines)).not.toContain("ada@example.com");
  });

  test("has an object's new rows after the next read, and keeps the old ones while a new table is broken", async () => {
    const source = "s3://tables/day=1/products.csv";
    const put = (text: string) => store.put("tables", "day=1/products.csv", Buffer.from(text));
    await put(table);
    const { invoke, refresh, sumOf, lines } = start({ source });
    expect((await invoke("p-2")).added).toEqual([{ product: { brand: "Bolt" } }]);

    await put(`${table}p-3,Cog,-1,\n`);
    await refresh();
    expect((await invoke("p-2", "p-3")).added).toEqual([{ product: { brand: "Bolt" } }, {}]);
    expect(sumOf("lookupFailures")).toBe(1);
    const refused = lines.find(({ level }) => level === "error");
    expect(refused).toMatchObject({ name: "product", message: expect.stringMatching(/one before stays in force/) });
    expect(JSON.stringify(refused)).toMatch(/line 4: column \\"margin_percent\\": must be >= 0/);

    await put(`${table}p-3,Cog,1,\n`);
    await refresh();
    expect((await invoke("p-3")).added).toEqual([{ product: { brand: "Cog", margin: 1 } }]);
  });

  test("looks at an unchanged table by its ETag alone", async () => {
    await store.put("tables", "same.csv", Buffer.from(table));
    const { invoke, refresh, lines } = start({ source: "s3://tables/same.csv" });
    await invoke("p-2");
    await refresh();
    await refresh();
    expect((await invoke("p-2")).added).toEqual([{ product: { brand: "Bolt" } }]);
    expect(lines.filter(({ level }) => level === "info")).toHaveLength(1);
    expect(lines.findLast((line) => "lookupAgeMs" in line)).toMatchObject({ lookupAgeMs: 0 });
  });

  test("reads gzip and NDJSON", async () => {
    const ndjson = '{"sku":"p-2","brand":"Bolt","margin_percent":null,"buyer":null}\n';
    await store.put("tables", "p.ndjson.gz", gzipSync(ndjson));
    const { invoke, lines } = start({ source: "s3://tables/p.ndjson.gz" });
    await isTaken(lines);
    expect((await invoke("p-2")).added).toEqual([{ product: { brand: "Bolt" } }]);
  });

  test.each<[string, Partial<LookupOptions>, RegExp]>([
    ["that is not there", { source: "s3://tables/none.csv" }, /S3 answered 404/],
    ["that is too large", { source: "s3://tables/same.csv", maxBytes: 10 }, /more than 10 bytes/],
    ["that unpacks to too much", { source: "s3://tables/big.csv.gz", maxBytes: 500 }, /gzip of at most 500 bytes/],
    ["with too many rows", { maxRows: 1 }, /more than 1 rows/],
    ["that is no UTF-8", { source: "s3://tables/latin.csv" }, /is no UTF-8/],
    ["in a file that is not there", { source: "/nowhere/products.csv" }, /cannot be read/],
  ])("whose table is one %s leaves a note on each event, and no event is lost", async (_, changed, reason) => {
    await store.put("tables", "big.csv.gz", gzipSync(table + "\n".repeat(10_000)));
    await store.put("tables", "latin.csv", Buffer.from([0x73, 0xe9]));
    const { invoke, sumOf, lines } = start(changed);
    await isTaken(lines);
    const { answer, added } = await invoke("p-1", "p-2");
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(added).toEqual([noTable, noTable]);
    expect(sumOf("lookupFailures")).toBe(1);
    expect(JSON.stringify(lines)).toMatch(reason);
  });

  test("that is to wait for its table gives batches back until it is there", async () => {
    const source = "s3://tables/late.csv";
    const { invoke } = start({ source, onNoTable: "wait" });
    const { answer, added } = await invoke("p-2");
    expect([answer.batchItemFailures.length, added]).toEqual([1, []]);
    await store.put("tables", "late.csv", Buffer.from(table));
    expect((await invoke("p-2")).added).toEqual([{ product: { brand: "Bolt" } }]);
  });
});

describe("the build refuses a lookup", () => {
  const withTable = (text: string, changed: object = {}): unknown => {
    writeFileSync(join(folder, "options/tables/bad.csv"), text);
    return check(entry({ source: "tables/bad.csv", ...changed }));
  };
  const annotated = (rule: unknown, type = "string") => ({
    columns: { a: { type, description: "A.", "x-privacy": rule } },
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "whose table is not there",
      () => check(entry({ source: "tables/none.csv" })),
      /enrichments\.json:7#\/enrichments\/0\/options\/source: .*none\.csv: there is no such file/,
    ],
    [
      "whose table is broken, with both lines",
      () => withTable("sku,brand,margin_percent,buyer\np,a,x,\n"),
      /enrichments\.json:7#.*bad\.csv: line 2: column "margin_percent": must be number/,
    ],
    ["that lies outside", () => check(entry({ source: "../../package.csv" })), /lies outside of the document's folder/],
    ["of a form that nobody told", () => check(entry({ source: "s3://tables/x" })), /give `format`/],
    [
      "named as an enrichment of the product",
      () => check({ ...entry(), name: "geo" }),
      /"geo" is an enrichment of the product/,
    ],
    ["named as no property can be", () => check({ ...entry(), name: "my table" }), /must be a name in camelCase/],
    [
      "with an option that there is not",
      () => check(entry({ colums: {} })),
      /must NOT have additional properties: `colums`/,
    ],
    ["without a key", () => check(entry({ key: undefined })), /must have required property 'key'/],
    [
      "with a list for a column",
      () => check(entry({ columns: { a: { type: "array", description: "A." } } })),
      /columns\/a\/type must be equal to one of/,
    ],
    [
      "with an annotation that nobody knows",
      () => check(entry(annotated({ class: "x", action: "hide" }))),
      /x-privacy: `action` is one of/,
    ],
    [
      "with a column that leaves nothing",
      () => check(entry(annotated({ class: "x", action: "drop" }))),
      /leaves nothing of the column/,
    ],
    [
      "with a masked number",
      () => check(entry(annotated({ class: "x", action: "mask" }, "number"))),
      /`type` must be string/,
    ],
    ["from a package as well", () => check({ ...entry(), package: "@acme/x" }), /must NOT be valid|cannot be loaded/],
  ])("%s", (_, run, fault) => expect(run).toThrow(fault));
});
