/**
 * `pnpm --filter @millrace/local bench:explain`: how long it takes to find an id in a day of events, on this machine
 * and in an environment, with a login for its warehouse and without. The streams hold the newest events up to what a
 * laptop keeps, warehouse and lake hold all. The environment's warehouse keeps its dynamic tables, as Snowflake does.
 * Exits 1 when an answer takes more than two seconds, but for ids without a time and without that login, or is wrong.
 * Needs `pnpm synth`.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import {
  DiskStreamStore,
  Kinesis,
  MemoryObjectStore,
  parseCopyStatement,
  startKinesisServer,
  startObjectStoreServer,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { packRecord } from "@millrace/packed-records";
import type { EventTraces, LandedRow } from "@millrace/pipeline-source";
import {
  EnvironmentSource,
  type EnvironmentSourceOptions,
  EnvironmentWarehouse,
} from "@millrace/pipeline-source/environment";
import { createSqlApi } from "@millrace/snowflake-api";
import { startSqlApiServer } from "@millrace/snowflake-api/testing";
import { openS3 } from "@millrace/stored-events";
import {
  createStreams,
  createWarehouseObjects,
  landingOf,
  readLocalTopology,
  readTerraformStack,
} from "@millrace/topology";
import { createIdFinder } from "../src/explain/create-id-finder.ts";
import { findEvent } from "../src/explain/find-event.ts";
import { formatTable } from "../src/report/format-table.ts";
import { localIdentity } from "../src/runtime/account.ts";
import { defaultStackPath } from "../src/runtime/folders.ts";
import { warehouseMemory } from "../src/runtime/pipeline.ts";

const { values } = parseArgs({
  options: { events: { type: "string", default: "1000000" }, keep: { type: "string", default: "1024" } },
});
const total = Number(values.events);
const keptBytes = Number(values.keep) * 1024 ** 2;
const dayMs = 86_400_000;
const goalMs = 2_000;
/** A shard gives ten megabytes at once and two a second: so long a question waits for the reads of the one before. */
const pauseMs = 6_000;
/** Events of a file of the lake. */
const perFile = 2_000;
/** Events of less than two seconds: they arrive when they were accepted, as those of a sender do. */
const perPut = Math.max(1, Math.floor(total / 50_000));

const realStartMs = Date.now();
const firstMs = realStartMs - dayMs;
const msOf = (number: number): number => firstMs + Math.floor((number / total) * (dayMs - 60_000));

/** Every tenth event has an id of its sender's own, which tells no time. */
function idOf(number: number): string {
  const random = createHash("md5").update(String(number)).digest("hex");
  if (number % 10 === 0) return `order-${random.slice(0, 12)}`;
  const time = msOf(number).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

function eventOf(number: number): object {
  const at = new Date(msOf(number)).toISOString();
  return {
    specversion: "1.0",
    id: idOf(number),
    source: `https://shop.example/web-${number % 3}`,
    type: number % 4 === 0 ? "commerce.purchase" : "page.view",
    subject: `visitor-${number % 9_999}`,
    time: at,
    receivedat: at,
    tenantid: "shop",
    data: {
      context: { pageUrl: `https://shop.example/p/${number % 5_003}`, visitorId: randomBytes(12).toString("hex") },
      text: randomBytes(150).toString("hex"),
    },
  };
}

const enrichedOf = (number: number): object => ({
  event: eventOf(number),
  enrichment: { geo: { country: "DE", city: "Berlin" }, device: { family: "Chrome", os: "Linux" } },
  validation: { status: "valid", schema: null, errors: [] },
  privacy: { masked: [{ path: "/data/context/email", class: "email", action: "hmac" }] },
  processing: {
    enrichment: { version: "0.1.0+0123456789ab", contracts: "c", at: new Date(msOf(number) + 200).toISOString() },
    router: { version: "0.1.0", routes: number % 4 === 0 ? ["fraud/purchases"] : [] },
  },
});

const folder = mkdtempSync(join(tmpdir(), "bench-explain-"));
let nowMs = firstMs;
let isFilling = true;
const clock = {
  now: (): number => (isFilling ? nowMs : Date.now()),
  wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  setTimeout: (run: () => void, ms: number) => setTimeout(run, ms),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};
const stack = readLocalTopology(readTerraformStack(defaultStackPath), localIdentity);
const topology = { ...stack, streams: stack.streams.map((stream) => ({ ...stream, retentionHours: 48 })) };
const { raw, enriched } = topology.pipelineStreams;
const fraud = topology.streams.find(({ name }) => name.endsWith("-fraud"))?.name ?? "";
const store = DiskStreamStore.open({ folder: join(folder, "streams"), clock, maxBytes: keptBytes * 2 });
const kinesis = new Kinesis({ ...localIdentity, store, clock });
createStreams(topology, kinesis);
const warehouse = await DuckDbWarehouse.open({
  ...{ path: join(folder, "warehouse.duckdb"), threads: 1, memoryLimit: warehouseMemory, dynamicTables: "views" },
});
await createWarehouseObjects(topology, warehouse);
await createIdFinder(topology, warehouse);
const theirs = await DuckDbWarehouse.open({ path: join(folder, "environment.duckdb"), memoryLimit: warehouseMemory });
await createWarehouseObjects(topology, theirs);
const objects = new MemoryObjectStore({ clock });
const { pipe } = landingOf(topology, topology.pipelineStreams.enriched);
const copy = parseCopyStatement(pipe.copyStatement);
const bucket = topology.deliveryStreams[0]?.bucket ?? "";

/** The newest events that fit into the streams. */
const perEvent = JSON.stringify(eventOf(1)).length + JSON.stringify(enrichedOf(1)).length * 1.25;
const firstInStreams = Math.max(0, total - Math.floor(keptBytes / perEvent));

for (let first = 0; first < total; first += perFile) {
  const numbers = Array.from({ length: Math.min(perFile, total - first) }, (_, index) => first + index);
  const lines = numbers.map((number) => JSON.stringify(enrichedOf(number)));
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  nowMs = msOf(first + numbers.length);
  const [date = "", time = ""] = new Date(msOf(first)).toISOString().split("T");
  const fileName = `enriched/date=${date}/hour=${time.slice(0, 2)}/${String(first).padStart(9, "0")}.json.gz`;
  const gzipped = gzipSync(bytes, { level: 1 });
  await objects.put(bucket, fileName, gzipped);
  const etag = createHash("md5").update(gzipped).digest("hex");
  const load = { ...copy, fileName, sizeBytes: gzipped.length, etag, lastModified: nowMs, loadedAt: nowMs };
  await warehouse.loadFile({ ...load, bytes: gzipped });
  await theirs.loadFile({ ...load, bytes: gzipped });
  if (first + numbers.length <= firstInStreams) continue;
  for (let at = 0; at < numbers.length; at += perPut) {
    const some = numbers.slice(at, at + perPut);
    nowMs = msOf(some.at(-1) ?? first);
    const putAll = (
      StreamName: string,
      Records: NonNullable<Parameters<Kinesis["putRecords"]>[0]["Records"]>,
    ): void => {
      if (Records.length === 0) return;
      const { FailedRecordCount: failed } = kinesis.putRecords({ StreamName, Records });
      if (failed > 0) throw new Error(`${failed} records were throttled.`);
    };
    const put = (streamName: string, of: (number: number) => string, wanted: readonly number[]): void =>
      putAll(
        streamName,
        wanted.map((number) => ({ PartitionKey: String(number), Data: Buffer.from(`${of(number)}\n`) })),
      );
    put(raw, (number) => JSON.stringify(eventOf(number)), some);
    nowMs += 200;
    // As enrichment does: events that came together are one record.
    const packed = packRecord(Buffer.from(some.map((number) => `${lines[number - first] ?? ""}\n`).join("")), "gzip");
    putAll(enriched, [{ PartitionKey: String(some[0]), Data: packed }]);
    put(
      fraud,
      (number) => lines[number - first] ?? "",
      some.filter((number) => number % 4 === 0),
    );
    if (at % (perPut * 10) === 0) await kinesis.committed();
  }
  await kinesis.committed();
}
isFilling = false;
const { bytes, records } = store.stats();
const seconds = Math.round((Date.now() - realStartMs) / 1_000);
console.log(`${total} events of a day; the streams hold ${records} records, ${Math.round(bytes / 1024 ** 2)} MiB`);
console.log(`filled in ${seconds} s`);

const account = { region: localIdentity.region, credentials: { accessKeyId: "operator", secretAccessKey: "secret" } };
const [kinesisServer, s3Server] = await Promise.all([startKinesisServer(kinesis), startObjectStoreServer(objects)]);
const sdk = new KinesisClient({ ...account, endpoint: kinesisServer.url });
const token = "bench";
const sqlServer = await startSqlApiServer({ token, query: (sql, given) => theirs.query(sql, given) });
const login = { user: "OPERATOR", credential: { token }, url: sqlServer.url, organization: "O", account: "A" };
const shared = {
  ...{ stage: "prod", topology, prefix: "millrace-local-", clock, lakeBucket: bucket, kinesis: sdk },
  cloudWatch: { send: () => Promise.reject(new Error("No figure is asked for.")) } as never,
  s3: await openS3({ ...account, endpoint: s3Server.url }),
  routes: () => [],
  run: () => Promise.resolve({ code: 1, output: "" }),
} satisfies EnvironmentSourceOptions;
const snowflake = new EnvironmentWarehouse(createSqlApi({ ...login, now: Date.now }));
const environment = new EnvironmentSource({ ...shared, warehouse: snowflake });
const withoutLogin = new EnvironmentSource(shared);
const laptop = {
  ...{ kinesis, objectStore: objects, warehouse, topology, folders: { logs: folder } },
  services: { names: () => [], messagesAfter: () => [] },
};

const newest = total - 41;
const middle = Math.floor((firstInStreams + total) / 2 / 20) * 20;
const oldest = Math.floor(total / 5 / 20) * 20;
/** Of few events the streams have all. */
const oldCopies = oldest < firstInStreams ? 0 : 1;
const questions: readonly (readonly [name: string, id: string, rows: number, copies: number])[] = [
  ["newest, the id tells its time", idOf(newest), 1, 1],
  ["in the streams, the id tells its time", idOf(middle + 1), 1, 1],
  ["in the streams, the id tells none", idOf(middle), 1, 1],
  ["of hours ago, the id tells its time", idOf(oldest + 1), 1, oldCopies],
  ["of hours ago, the id tells none", idOf(oldest), 1, oldCopies],
  ["never seen, the id tells its time", idOf(middle + 1).replace(/.{12}$/, "ffffffffffff"), 0, 0],
  ["never seen, the id tells none", "order-never", 0, 0],
];
const isShownRow = ({ isShown }: LandedRow): boolean => isShown === true;
const table: Record<string, unknown>[] = [];
let isWrong = false;
for (const [name, id, rows, copies] of questions) {
  const ask = async (find: () => Promise<EventTraces>): Promise<{ ms: number; cpuMs: number; found: EventTraces }> => {
    const [before, cpu] = [performance.now(), process.cpuUsage()];
    const found = await find();
    const { user, system } = process.cpuUsage(cpu);
    return { ms: performance.now() - before, cpuMs: (user + system) / 1_000, found };
  };
  const here = await ask(() => findEvent(laptop, id));
  const there = await ask(() => environment.traces(id));
  await clock.wait(pauseMs);
  const lakeOnly = await ask(() => withoutLogin.traces(id));
  await clock.wait(pauseMs);
  const { searched } = there.found;
  const isRight = [here, there].every(
    ({ found }) => found.rows.length === rows && found.enriched.length === copies && found.rows.every(isShownRow),
  );
  isWrong ||= !isRight || here.ms > goalMs || there.ms > goalMs;
  table.push({
    "an id": name,
    "laptop, ms": Math.round(here.ms),
    "CPU, ms": Math.round(here.cpuMs),
    right: isRight ? "yes" : "no",
    "environment, ms": Math.round(there.ms),
    "CPU of all its parts, ms": Math.round(there.cpuMs),
    "without a login, ms": Math.round(lakeOnly.ms),
    found: `${there.found.rows.length} rows, ${there.found.enriched.length} enriched, ${there.found.raw.length} raw`,
    "of minutes": searched === undefined ? "" : Math.round((searched.toMs - searched.fromMs) / 60_000),
    gaps: searched?.gaps.filter((gap) => gap.startsWith("Of ")).length ?? 0,
  });
  console.error(`${name}: ${[here, there, lakeOnly].map(({ ms }) => Math.round(ms)).join(", ")} ms`);
}
console.log(formatTable(table));
sdk.destroy();
await Promise.all([kinesisServer.close(), s3Server.close(), sqlServer.close()]);
await Promise.all([warehouse.close(), theirs.close(), store.close()]);
rmSync(folder, { recursive: true, force: true });
process.exitCode = isWrong ? 1 : 0;
process.exit();
