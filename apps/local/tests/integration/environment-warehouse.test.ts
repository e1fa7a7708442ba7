/** An id is looked up in an environment whose warehouse answers as Snowflake's SQL API does. Needs `pnpm synth`. */
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import {
  Kinesis,
  MemoryObjectStore,
  parseCopyStatement,
  startKinesisServer,
  startObjectStoreServer,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { explainEvent } from "@millrace/pipeline-source";
import { EnvironmentSource, EnvironmentWarehouse } from "@millrace/pipeline-source/environment";
import { createSqlApi } from "@millrace/snowflake-api";
import { type SqlApiServer, startSqlApiServer } from "@millrace/snowflake-api/testing";
import { openS3 } from "@millrace/stored-events";
import {
  createStreams,
  createWarehouseObjects,
  landingOf,
  readLocalTopology,
  readTerraformStack,
} from "@millrace/topology";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { localIdentity } from "../../src/runtime/account.ts";
import { defaultStackPath } from "../../src/runtime/folders.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 5, 12, 0);
let nowMs = NOW_MS - 24 * HOUR_MS;
const clock = {
  now: () => nowMs,
  wait: async (ms: number): Promise<void> => void (nowMs += ms),
  setTimeout,
  clearTimeout,
};
const token = "operator";
const topology = readLocalTopology(readTerraformStack(defaultStackPath), localIdentity);
const { raw, enriched } = topology.pipelineStreams;
const bucket = topology.deliveryStreams[0]?.bucket ?? "";
const kinesis = new Kinesis({ ...localIdentity, clock });
const objects = new MemoryObjectStore({ clock });
const account = { region: localIdentity.region, credentials: { accessKeyId: "operator", secretAccessKey: "secret" } };
const closing: (() => unknown)[] = [];
let sqlServer: SqlApiServer;
let warehouse: DuckDbWarehouse;
let shared: Omit<ConstructorParameters<typeof EnvironmentSource>[0], "warehouse" | "onSlowSearch">;
let slow: string[];

const rawLine = (id: string, receivedMs: number): object => ({
  ...{ specversion: "1.0", id, source: "app", type: "purchase", receivedat: new Date(receivedMs).toISOString() },
});
const enrichedLine = (id: string, receivedMs: number): string =>
  JSON.stringify({
    event: rawLine(id, receivedMs),
    validation: { status: "valid", schema: null, errors: [] },
    processing: { enrichment: { version: "1.0.0", contracts: "c", at: new Date(receivedMs + 200).toISOString() } },
  });

function stream(id: string): void {
  const put = (StreamName: string, text: string) =>
    kinesis.putRecords({ StreamName, Records: [{ PartitionKey: "a", Data: Buffer.from(`${text}\n`) }] });
  const receivedMs = nowMs;
  put(raw, JSON.stringify(rawLine(id, receivedMs)));
  nowMs += 200;
  put(enriched, enrichedLine(id, receivedMs));
}

/** A file of the lake, in the folder of its hour, which the pipe has loaded. */
async function land(name: string, ids: readonly string[], receivedMs: number, isLoaded = true): Promise<void> {
  const bytes = gzipSync(ids.map((id) => `${enrichedLine(id, receivedMs)}\n`).join(""));
  const [date = "", time = ""] = new Date(receivedMs).toISOString().split("T");
  const fileName = `enriched/date=${date}/hour=${time.slice(0, 2)}/${name}.json.gz`;
  await objects.put(bucket, fileName, bytes);
  if (!isLoaded) return;
  const etag = createHash("md5").update(bytes).digest("hex");
  const copy = parseCopyStatement(landingOf(topology, enriched).pipe.copyStatement);
  const load = { fileName, sizeBytes: bytes.length, etag, lastModified: nowMs, loadedAt: nowMs + 60_000, bytes };
  await warehouse.loadFile({ ...copy, ...load });
}

/** As a sender makes one: its first bits are its time. */
function idAt(atMs: number): string {
  const time = atMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`;
}
const heldBack = idAt(NOW_MS - 20 * HOUR_MS);

beforeAll(async () => {
  warehouse = await DuckDbWarehouse.open({ threads: 1 });
  await createWarehouseObjects(topology, warehouse);
  createStreams(topology, kinesis);
  await land("old", ["order-old", "order-other"], nowMs + HOUR_MS);
  nowMs = NOW_MS - 2 * HOUR_MS;
  const receivedMs = nowMs;
  for (const id of ["order-1", heldBack]) stream(id);
  await land("new", ["order-1", heldBack], receivedMs);
  nowMs = NOW_MS;
  stream("order-young");

  const [kinesisServer, s3Server] = await Promise.all([startKinesisServer(kinesis), startObjectStoreServer(objects)]);
  sqlServer = await startSqlApiServer({ token, query: (statement, values) => warehouse.query(statement, values) });
  const clients = {
    kinesis: new KinesisClient({ ...account, endpoint: kinesisServer.url }),
    s3: await openS3({ ...account, endpoint: s3Server.url }),
  };
  shared = {
    ...{ ...clients, stage: "prod", topology, prefix: "millrace-local-", clock, lakeBucket: bucket },
    cloudWatch: { send: () => Promise.reject(new Error("No figure is asked for.")) } as never,
    routes: () => [],
    run: () => Promise.resolve({ code: 1, output: "" }),
  };
  closing.push(
    () => clients.kinesis.destroy(),
    () => clients.s3.close(),
    () => kinesisServer.close(),
    () => s3Server.close(),
    () => sqlServer.close(),
    () => warehouse.close(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});
beforeEach(() => {
  slow = [];
});

async function explain(id: string, given: string | null = token) {
  const login = { user: "ANNA", url: sqlServer.url, organization: "O", account: "A", now: Date.now };
  const asked =
    given === null ? undefined : new EnvironmentWarehouse(createSqlApi({ ...login, credential: { token: given } }));
  const source = new EnvironmentSource({
    ...{ ...shared, warehouse: asked, onSlowSearch: (reason: string) => void slow.push(reason) },
  });
  return explainEvent(id, await source.traces(id), []);
}

test("the warehouse tells when an id came that tells no time, and the streams have its copies of then", async () => {
  const { events, gaps } = await explain("order-1");
  const [event] = events;
  expect(event).toMatchObject({ accepted: [{}], enriched: [{}] });
  expect(event?.rows).toEqual([
    {
      ...{ source: "app", line: 1, isShown: true, loadedAt: "2026-01-05T10:01:00.400Z" },
      object: `s3://${bucket}/enriched/date=2026-01-05/hour=10/new.json.gz`,
    },
  ]);
  expect(event?.verdict.at(-1)).toBe("It is in the warehouse since 2026-01-05T10:01:00.400Z.");
  expect(gaps.filter((gap) => gap.startsWith("The warehouse"))).toEqual([]);
  expect(slow).toEqual([]);
});

test("a row whose copies have left the streams is told with its object", async () => {
  const { events } = await explain("order-old");
  expect(events).toMatchObject([{ accepted: [], enriched: [], rows: [{ line: 1, isShown: true }] }]);
});

test("an event that its sender held back for hours is found, against the time in its id", async () => {
  const { events } = await explain(heldBack);
  expect(events).toMatchObject([{ accepted: [{}], enriched: [{}], rows: [{ line: 2, isShown: true }] }]);
  const { events: withoutLogin } = await explain(heldBack, null);
  expect(withoutLogin).toEqual([]);
});

test("what has not landed yet is looked for since the newest load, and an id of nobody likewise", async () => {
  const { events } = await explain("order-young");
  expect(events).toMatchObject([{ accepted: [{}], enriched: [{}], rows: [] }]);
  expect(events[0]?.verdict.at(-1)).toBe("It is not in the warehouse yet.");
  const { verdict } = await explain("order-never");
  expect(verdict[0]).toMatch(/^No place that was read has this id, from 2026-01-05T09:\d\d/);
  expect(slow).toEqual([]);
});

test.each([
  ["without a login", null, /^The warehouse is not asked: there is no login. Set SNOWFLAKE_USER/],
  ["with a login that is refused", "expired", /^The warehouse did not answer: .*token is invalid/],
])("%s the lake is read, after a line that says why it takes long", async (_, given, reason) => {
  const { events, gaps } = await explain("order-1", given);
  expect(events).toMatchObject([{ accepted: [{}], enriched: [{}], rows: [{ line: 1, loadedAt: undefined }] }]);
  expect(slow).toEqual([expect.stringMatching(reason)]);
  expect(slow[0]).toContain("The id tells no time, so that the lake of the last day is read");
  expect(gaps).toContainEqual(expect.stringMatching(reason));
});
