/**
 * The console against an environment: the unmodified clients of AWS, with an emulated CloudWatch, the simulator's
 * Kinesis and its S3, and DuckDB behind an emulated SQL API. Time is a hand that moves when somebody waits.
 */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CloudWatch,
  Kinesis,
  MemoryObjectStore,
  MetricStore,
  parseCopyStatement,
  startKinesisServer,
  startObjectStoreServer,
  startServiceServer,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import type { Change, LinePage, RefusedLine } from "@millrace/pipeline-source";
import {
  EnvironmentSource,
  type EnvironmentSourceOptions,
  EnvironmentWarehouse,
} from "@millrace/pipeline-source/environment";
import { createSqlApi } from "@millrace/snowflake-api";
import { startSqlApiServer } from "@millrace/snowflake-api/testing";
import { openS3 } from "@millrace/stored-events";
import type { AlarmSettings, Topology } from "@millrace/topology";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { EventsAnswer, ExplainAnswer, PipelineAnswer } from "../../src/api.ts";
import { listenConsole } from "../../src/server/listen-console.ts";

const minuteMs = 60_000;
const prefix = "millrace-prod-";
const [raw, enriched, badRows, fraud] = ["raw", "enriched", "bad-rows", "fraud"].map((name) => prefix + name) as [
  string,
  string,
  string,
  string,
];
const names = { enrichment: `${prefix}enrichment`, lake: `${prefix}enriched-to-lake` };
/** As AWS made it up; the stack does not know it. */
const mappingId = "6f1c7c1e-0000-4000-8000-000000000001";
const bucket = `${prefix}lake`;
/** The middle of a period of five minutes. */
let nowMs = Date.UTC(2026, 0, 5, 12, 32);
const clock = {
  now: () => nowMs,
  wait: async (ms: number): Promise<void> => void (nowMs += ms),
  setTimeout,
  clearTimeout,
};

const deadLetters = (id: string): AlarmSettings => ({
  alarmName: `${prefix}enrichment-dead-letters`,
  description: "[page] Records were given up. Runbook: docs/runbooks.md#dead-letters",
  severity: "page",
  metrics: {
    value: {
      namespace: "AWS/Lambda",
      metricName: "OnFailureDestinationDeliveredEventCount",
      dimensions: { EventSourceMappingUUID: id },
      statistic: "Sum",
    },
  },
  ...{ expression: "value", periodSeconds: 300, evaluationPeriods: 1, datapointsToAlarm: 1, threshold: 0 },
  comparisonOperator: "GreaterThanThreshold",
  treatMissingData: "notBreaching",
});
const notDeployed: AlarmSettings = { ...deadLetters("x"), alarmName: `${prefix}new-alarm`, severity: "ticket" };

const arnOf = (name: string): string => `arn:aws:kinesis:eu-west-1:1:stream/${name}`;
const topology = {
  streams: [raw, enriched, badRows, fraud].map((name) => ({
    ...{ name, arn: arnOf(name), mode: "PROVISIONED", shardCount: 1, retentionHours: 1, maxRecordBytes: undefined },
  })),
  functions: [{ name: names.enrichment }],
  mappings: [{ uuid: "enrichment_mapping", streamArn: arnOf(raw), functionName: names.enrichment }],
  deliveryStreams: [{ name: names.lake, sourceStreamArn: arnOf(enriched), bucket, bufferingIntervalSeconds: 60 }],
  pipes: [{ name: "EVENTS_PIPE", bucket, prefix: "enriched/" }],
  destinations: [{ kind: "sqs", name: `${prefix}loyalty` }],
  schedules: [],
  pipelineStreams: { raw, enriched, badRows },
  alarms: [deadLetters("enrichment_mapping"), notDeployed],
  objectives: {
    ...{ goal: 99, windowDays: 28 },
    all: [
      {
        ...{ id: "complete", title: "No batch is given up", unit: "batches", runbook: "dead-letters" },
        alarms: [`${prefix}enrichment-dead-letters`],
        indicator: { ...deadLetters("enrichment_mapping"), expression: "FILL(value, 0)" },
      },
    ],
  },
} as unknown as Topology;

const enrichedLine = (id: string): string =>
  JSON.stringify({
    event: { id, source: "app", type: "purchase", receivedat: new Date(nowMs).toISOString() },
    validation: { status: "valid", schema: null, errors: [] },
    processing: {
      enrichment: { version: "1.0.0", contracts: "c", at: new Date(nowMs).toISOString() },
      router: { routes: ["fraud/purchases"] },
    },
  });

const kinesis = new Kinesis({ clock, region: "eu-west-1" });
const objects = new MemoryObjectStore();
const copyStatement = 'COPY INTO "LANDED_EVENTS" (RECORD) FROM (SELECT $1 FROM @EVENTS_STAGE) ON_ERROR = CONTINUE';
/** A file of the lake that the pipe loaded, with a line that is no JSON. */
const badFile = "enriched/date=2026-01-05/hour=12/bad.json.gz";
const store = new MetricStore();
const closing: (() => unknown)[] = [];
let options: EnvironmentSourceOptions;
let loggedIn: EnvironmentSourceOptions;
let url: string;

const put = (StreamName: string, text: string): void => {
  kinesis.putRecords({ StreamName, Records: [{ PartitionKey: "a", Data: Buffer.from(text) }] });
};

beforeAll(async () => {
  for (const streamName of [raw, enriched, badRows, fraud]) kinesis.createStream({ streamName, shardCount: 1 });
  nowMs += 10_000;
  for (let index = 0; index < 30; index += 1) {
    put(enriched, enrichedLine(`event-${index}`));
    nowMs += 1_000;
  }
  put(raw, JSON.stringify({ specversion: "1.0", id: "order-1", source: "app", type: "purchase" }));
  put(enriched, enrichedLine("order-1"));
  put(fraud, enrichedLine("order-1"));
  await objects.put(bucket, "enriched/date=2026-01-05/hour=12/o.json.gz", gzipSync(`${enrichedLine("order-1")}\n`));
  const bytes = gzipSync(`${enrichedLine("order-2")}\nno JSON\n`);
  const etag = createHash("md5").update(bytes).digest("hex");
  await objects.put(bucket, badFile, bytes);
  const warehouse = await DuckDbWarehouse.open({ threads: 1 });
  await warehouse.execute("CREATE TABLE landed_events (record JSON)");
  await warehouse.loadFile({
    ...parseCopyStatement(copyStatement),
    ...{ fileName: badFile, sizeBytes: bytes.length, etag, lastModified: nowMs, loadedAt: nowMs, bytes },
  });
  nowMs += 1_000;

  const metric = (namespace: string, metricName: string, dimensions: Record<string, string>) => ({
    ...{ namespace, metricName, dimensions },
  });
  const own = { service: "enrichment", stage: "prod", function: names.enrichment };
  const minute = Math.floor(nowMs / minuteMs) * minuteMs;
  for (const before of [5, 4, 3]) {
    const atMs = minute - before * minuteMs;
    store.put(metric("AWS/Kinesis", "IncomingRecords", { StreamName: raw }), 600, atMs);
    store.put(metric("Millrace", "recordsIn", own), 540, atMs);
    store.put(metric("Millrace", "eventsIn", own), 6_000, atMs);
    store.put(metric("AWS/Lambda", "IteratorAge", { FunctionName: names.enrichment }), 250, atMs);
    store.put(metric("AWS/Firehose", "DeliveryToS3.DataFreshness", { DeliveryStreamName: names.lake }), 61, atMs);
  }
  const lost = metric("AWS/Lambda", "OnFailureDestinationDeliveredEventCount", { EventSourceMappingUUID: mappingId });
  store.put(lost, 2, minute - 4 * minuteMs);
  const cloudWatch = new CloudWatch({ store, alarms: [deadLetters(mappingId)], clock });
  cloudWatch.evaluate();

  const [kinesisServer, cloudWatchServer, s3Server, sqlServer] = await Promise.all([
    startKinesisServer(kinesis),
    startServiceServer(cloudWatch),
    startObjectStoreServer(objects),
    startSqlApiServer({ token: "anna", query: (statement, values) => warehouse.query(statement, values) }),
  ]);
  const account = { region: "eu-west-1", credentials: { accessKeyId: "operator", secretAccessKey: "secret" } };
  const clients = {
    kinesis: new KinesisClient({ ...account, endpoint: kinesisServer.url }),
    cloudWatch: new CloudWatchClient({ ...account, endpoint: cloudWatchServer.url }),
    s3: await openS3({ ...account, endpoint: s3Server.url }),
  };
  const login = { user: "ANNA", url: sqlServer.url, organization: "O", account: "A", credential: { token: "anna" } };
  options = {
    ...{ ...clients, stage: "prod", topology, prefix, clock, lakeBucket: bucket },
    routes: () => [
      {
        ...{ application: "fraud", owner: "team-fraud" },
        routes: [
          {
            ...{ name: "purchases", description: "", destination: { stream: "fraud" }, tests: [] },
            pattern: { event: { type: ["purchase"] } },
          },
        ],
      },
    ],
    run: async (program, args) => ({ code: 0, output: [program, ...args].join(" ") }),
  };
  loggedIn = { ...options, warehouse: new EnvironmentWarehouse(createSqlApi({ ...login, now: Date.now })) };
  url = await listen(options);
  closing.push(
    () => clients.kinesis.destroy(),
    () => clients.cloudWatch.destroy(),
    () => clients.s3.close(),
    () => kinesisServer.close(),
    () => cloudWatchServer.close(),
    () => s3Server.close(),
    () => sqlServer.close(),
    () => warehouse.close(),
  );
});

afterAll(async () => {
  for (const close of closing) await close();
});

/** The console over the environment, of somebody with a login for its warehouse or without. */
async function listen(sourceOptions: EnvironmentSourceOptions): Promise<string> {
  const listening = await listenConsole({
    source: new EnvironmentSource(sourceOptions),
    token: "t".repeat(32),
    port: 0,
    remedy: "Log in.",
    page: { read: async () => undefined },
  });
  closing.push(() => {
    listening.server.closeAllConnections();
    return new Promise((resolve) => listening.server.close(resolve));
  });
  return listening.url;
}

const read = async <T>(path: string, method = "GET", from = url): Promise<T> =>
  (await (await fetch(from + path, { method })).json()) as T;

test("figures are those of CloudWatch, and what it does not know is absent and told, not zero", async () => {
  const { hops, history, description, alarms, changes, objectives } = await read<PipelineAnswer>("api/pipeline");
  const hop = (name: string) => hops.find((each) => each.name === name);
  expect(hop(names.enrichment)).toMatchObject({
    ...{ in: 1_800, out: 1_620, ageMs: 250 },
    counts: { events: 18_000, errors: 0, givenUp: 2 },
  });
  expect(hop(names.enrichment)).not.toHaveProperty("backlog");
  expect(hop(names.lake)).toMatchObject({ ageMs: 61_000 });
  expect(hop("EVENTS_PIPE")).toEqual({ name: "EVENTS_PIPE", kind: "pipe", unit: "files", counts: {}, exists: true });
  expect(history.hops[names.enrichment]?.["in"]?.slice(-4)).toEqual([0, 600, 1_200, 1_800]);
  expect(description).not.toHaveProperty("writeKey");
  expect(description.unanswered?.map(({ page, text }) => `${page}: ${text}`)).toContain(
    "objectives: 1 alarms of this checkout are not deployed: millrace-prod-new-alarm.",
  );
  expect(alarms).toEqual([expect.objectContaining({ state: "ALARM", severity: "page" })]);
  expect(changes).toEqual([expect.objectContaining({ kind: "alarm", text: expect.stringContaining("OK to ALARM") })]);
  expect(objectives?.objectives).toEqual([
    expect.objectContaining({ id: "complete", badPeriods: 1, firing: [`${prefix}enrichment-dead-letters`] }),
  ]);
});

test("a search pages back through the stream and gives every event once", async () => {
  const ids: string[] = [];
  let before: string | null | undefined;
  do {
    const query = new URLSearchParams({ limit: "7", ...(before === undefined ? {} : { before: String(before) }) });
    const page = await read<EventsAnswer>(`api/events?${query.toString()}`);
    ids.push(...page.events.map(({ id }) => id));
    before = page.before;
  } while (before !== null);
  expect(ids).toEqual(["order-1", ...Array.from({ length: 30 }, (_, index) => `event-${29 - index}`)]);
  const { events } = await read<EventsAnswer>("api/events?q=id:event-4");
  expect(events.map(({ id }) => id)).toEqual(["event-4"]);
});

test("whoever follows a stream gets what came since the mark, once", async () => {
  const { mark } = await read<EventsAnswer>("api/events?limit=1");
  put(enriched, enrichedLine("new-1"));
  nowMs += 2_000;
  const first = await read<EventsAnswer>(`api/events?after=${mark}`);
  expect(first.events.map(({ id }) => id)).toEqual(["new-1"]);
  nowMs += 2_000;
  const second = await read<EventsAnswer>(`api/events?after=${first.mark}`);
  expect(second.events).toEqual([]);
});

test("an event is explained from streams and lake, with what was not read", async () => {
  const { explained, raw: withheld } = await read<ExplainAnswer>("api/explain?id=order-1");
  const [event] = explained.events;
  expect(event?.accepted).toHaveLength(1);
  expect(event?.routes).toEqual([expect.objectContaining({ route: "fraud/purchases", verdict: "delivered" })]);
  expect(event?.verdict).toEqual([
    "1 of 1 matching routes have it, in fraud.",
    `It is in the lake: s3://${bucket}/enriched/date=2026-01-05/hour=12/o.json.gz, line 1.`,
  ]);
  expect(withheld).toBeNull();
  expect(explained.gaps.join("\n")).toMatch(/warehouse is not asked[^]*Queues and buses[^]*idDigest/);
});

/** As a sender makes one: its first bits are its time. */
const idAt = (atMs: number): string => {
  const time = atMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`;
};

test("an event that the lake does not have yet is found in the streams, at the time that its id tells", async () => {
  const id = idAt(nowMs);
  put(raw, JSON.stringify({ specversion: "1.0", id, source: "app", type: "purchase" }));
  nowMs += 500;
  put(enriched, enrichedLine(id));
  put(fraud, enrichedLine(id));
  nowMs += 1_000;
  const { explained } = await read<ExplainAnswer>(`api/explain?id=${id}`);
  const [event] = explained.events;
  expect(event).toMatchObject({ accepted: [{}], enriched: [{}], rows: [] });
  expect(event?.verdict).toEqual(["1 of 1 matching routes have it, in fraud.", "It is not in the lake yet."]);
});

test("a bad row is found by the record that it was made of", async () => {
  nowMs += 60_000;
  const id = idAt(nowMs);
  const text = `{"specversion":"1.0","id":"${id}","source":`;
  const { Records } = kinesis.putRecords({
    ...{ StreamName: raw, Records: [{ PartitionKey: "a", Data: Buffer.from(text) }] },
  });
  nowMs += 500;
  const origin = { stream: raw, shardId: Records[0]?.ShardId, sequenceNumber: Records[0]?.SequenceNumber };
  const failure = { kind: "not-json", message: "The line is not JSON." };
  put(badRows, JSON.stringify({ failure, processor: { name: "enrichment", version: "1.0.0" }, origin }));
  nowMs += 1_000;
  const { explained } = await read<ExplainAnswer>(`api/explain?id=${id}`);
  expect(explained.events.map(({ verdict }) => verdict)).toEqual([
    ["It became a bad row: The line is not JSON. (not-json)."],
  ]);
});

test("an id that nobody has read is told with the time that was read", async () => {
  const { explained } = await read<ExplainAnswer>(
    "api/explain?id=order-1&from=2026-01-05T10:00:00Z&to=2026-01-05T10:10:00Z",
  );
  expect(explained.verdict[0]).toMatch(
    /^No place that was read has this id, from 2026-01-05T10:00:00.000Z to 2026-01-05T10:10:00.000Z\./,
  );
});

test("lines that the warehouse refused are listed with their reason, and one is read from the lake when it is opened", async () => {
  const page = await listen(loggedIn);
  const lines = await read<readonly RefusedLine[]>("api/refused-lines", "GET", page);
  expect(lines).toEqual([
    {
      ...{ table: "LANDED_EVENTS", object: badFile, line: 2, reason: expect.stringContaining("JSON") },
      refusedAt: "2026-01-05T12:32:40.000Z",
    },
  ]);
  expect(await read(`api/refused-line?object=${badFile}&line=2`, "GET", page)).toEqual({ text: "no JSON" });
  expect(await read("api/refused-line?object=aws/lambda/dead-letter.json&line=1", "GET", page)).toEqual({
    ...{ status: 400, detail: 'No pipe loads "aws/lambda/dead-letter.json".' },
  });
  expect(await read("api/refused-line?object=enriched/expired.json.gz&line=1", "GET", page)).toEqual({
    ...{ status: 400, detail: `s3://${bucket}/enriched/expired.json.gz is gone.` },
  });
  const { description } = await read<PipelineAnswer>("api/pipeline", "GET", page);
  expect(description.unanswered?.filter(({ page }) => page === "quality")).toEqual([]);
});

test("without a login for the warehouse the quality page says how to get one", async () => {
  expect(await read("api/refused-lines")).toBeNull();
  const { description } = await read<PipelineAnswer>("api/pipeline");
  expect(description.unanswered?.find(({ page }) => page === "quality")?.text).toContain("Set SNOWFLAKE_USER");
});

test("a line that the credentials may not read is told as that", async () => {
  const denied = Object.assign(new Error("Access Denied"), { name: "AccessDenied" });
  const source = new EnvironmentSource({ ...options, s3: { ...options.s3, get: () => Promise.reject(denied) } });
  await expect(source.readRefusedLine({ object: badFile, line: 1 })).rejects.toThrow(
    /Your credentials may not read s3:/,
  );
});

test("the console writes nothing into an environment", async () => {
  const dry = await read<{ readonly output: string }>("api/redrive?application=fraud&dry=1", "POST");
  expect(dry.output).toMatch(/redrive fraud --stage prod --dry-run$/);
  const wet = await read<{ readonly code: number; readonly output: string }>("api/redrive?application=fraud", "POST");
  expect(wet).toEqual({ code: 1, output: expect.stringContaining("pnpm routes redrive fraud --stage prod") });
  expect(await read("api/validate", "POST")).toMatchObject({ status: 501 });
  const queue = await read<LinePage & { readonly detail: string }>("api/events?q=in:loyalty");
  expect(queue.detail).toContain("would take its messages from its consumer");
});

test("a deployment is marked when the first event of its build came", async () => {
  const deployedMs = nowMs;
  const line = enrichedLine("after-deployment").replace('"version":"1.0.0"', '"version":"1.1.0"');
  expect(line).toContain('"1.1.0"');
  put(enriched, line);
  nowMs += 2_000;
  let marked: readonly Change[] = [];
  for (const deadline = Date.now() + 10_000; marked.length === 0 && Date.now() < deadline; ) {
    nowMs += 1_000;
    await read("api/quality");
    marked = (await read<PipelineAnswer>("api/pipeline")).changes.filter(({ kind }) => kind === "takeover");
  }
  expect(marked).toEqual([
    expect.objectContaining({ atMs: expect.closeTo(deployedMs, -4), text: "Enrichment: build 1.1.0" }),
  ]);
});
