/**
 * `pnpm --filter @millrace/router bench:records`: what `eventsPerRecord` costs. The router copies the same events with
 * 1 and with many to one destination, over the real PutRecords client and a Kinesis in the process, and prints records,
 * what AWS would count and bill, and processor time an event. The price of shards is that of shards that are full.
 */
import { Kinesis } from "@millrace/aws-simulator";
import { createPutRecords } from "@millrace/put-records";
import { compileRoutes } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { createRouterHandler } from "../src/index.ts";

const EVENTS = 10_000;
const ROUNDS = 5;
/** A payload unit of a provisioned stream. https://aws.amazon.com/kinesis/data-streams/pricing/ */
const UNIT_BYTES = 25 * 1024;
/** On-demand streams bill each record in steps of this. */
const STEP_BYTES = 1024;
/** Limits of a shard. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_BYTES_PER_SECOND = 1024 * 1024;
const SHARD_RECORDS_PER_SECOND = 1_000;
/** List prices of us-east-1 in dollars: a million units, a shard's second, a GB written on demand. Same page. */
const UNITS_PRICE = 0.014;
const SHARD_SECOND_PRICE = 0.015 / 3_600;
const GIGABYTE_PRICE = 0.08;
const streamName = "orders";

const event = (index: number, subject: string): string =>
  JSON.stringify({
    event: {
      ...{ specversion: "1.0", id: `event-${index}`, source: "https://shop.example/web", type: "commerce.purchase" },
      ...{ subject, time: "2026-03-01T12:00:00.000Z", tenantid: "shop", receivedat: "2026-03-01T12:00:00.050Z" },
      data: {
        context: { pageUrl: "https://shop.example/shoes", visitorId: subject },
        total: 20,
        note: "x".repeat(200),
      },
    },
    enrichment: { geo: { country: "DE", city: "Berlin" }, bot: { isBot: false } },
    validation: { status: "valid", schema: "https://millrace.example/a/1-0-0.json", errors: [] },
    privacy: { masked: [] },
    processing: { enrichment: { name: "enrichment", version: "1.0.0", at: "2026-03-01T12:00:00.120Z" } },
  });

/** Batches of 100 source records, each with so many events of one subject. */
function batches(linesPerRecord: number): object[] {
  const records = Array.from({ length: EVENTS / linesPerRecord }, (_, record) => {
    const lines = Array.from({ length: linesPerRecord }, (__, line) =>
      event(record * linesPerRecord + line, `visitor-${record}`),
    );
    return {
      eventID: `shardId-000000000000:${record}`,
      eventSourceARN: "arn:aws:kinesis:eu-west-1:111122223333:stream/enriched",
      kinesis: {
        data: Buffer.from(lines.map((line) => `${line}\n`).join("")).toString("base64"),
        partitionKey: `visitor-${record}`,
        sequenceNumber: String(record),
        approximateArrivalTimestamp: 1_772_366_400,
      },
    };
  });
  return Array.from({ length: Math.ceil(records.length / 100) }, (_, batch) => ({
    Records: records.slice(batch * 100, (batch + 1) * 100),
  }));
}

async function measure(linesPerRecord: number, eventsPerRecord: 1 | "many"): Promise<object> {
  const description = "All.";
  const routes = loadRoutes(
    compileRoutes([
      {
        application: "shop",
        owner: "team",
        routes: [
          {
            ...{ name: "all", description, destination: { stream: streamName }, tests: [] },
            pattern: { event: { type: ["commerce.purchase"] } },
            delivery: { eventsPerRecord },
          },
        ],
      },
    ]),
  );
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const given = batches(linesPerRecord);
  let bestCpu = Number.POSITIVE_INFINITY;
  let bestMs = Number.POSITIVE_INFINITY;
  let stored: readonly number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const kinesis = new Kinesis();
    kinesis.createStream({ streamName, shardCount: 200 });
    const writer = createPutRecords({ client: kinesis.client(), streamName });
    const handler = createRouterHandler({
      ...{ routes: () => routes, destination: () => writer, badRows: writer, logger: silent },
      undelivered: { put: () => Promise.resolve() },
    });
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    for (const batch of given) await handler(batch as never, { getRemainingTimeInMillis: () => 60_000 });
    const { user, system } = process.cpuUsage(cpu);
    bestCpu = Math.min(bestCpu, (user + system) / EVENTS);
    bestMs = Math.min(bestMs, performance.now() - startedAt);
    stored = kinesis.recordsOf(streamName).map(({ record }) => record.sizeBytes);
  }
  const sum = (unitBytes: number): number => stored.reduce((total, bytes) => total + Math.ceil(bytes / unitBytes), 0);
  const bytes = stored.reduce((total, size) => total + size, 0);
  const perShard = EVENTS / Math.max(stored.length / SHARD_RECORDS_PER_SECOND, bytes / SHARD_BYTES_PER_SECOND);
  const perMillion = 1e6 / EVENTS;
  const shardPrice = (1e6 / perShard) * SHARD_SECOND_PRICE;
  const provisioned = ((sum(UNIT_BYTES) * perMillion) / 1e6) * UNITS_PRICE + shardPrice;
  const onDemand = ((sum(STEP_BYTES) * STEP_BYTES * perMillion) / 1e9) * GIGABYTE_PRICE;
  return {
    "events in a source record": linesPerRecord,
    eventsPerRecord,
    records: stored.length,
    "PUT units": sum(UNIT_BYTES),
    "on-demand KiB": sum(STEP_BYTES),
    "events/s a shard": Math.floor(perShard),
    "$ a million, full shards": Number(provisioned.toFixed(4)),
    "$ a million, on demand": Number(onDemand.toFixed(4)),
    "CPU µs an event": Math.round(bestCpu * 100) / 100,
    "events/s": Math.round((EVENTS / bestMs) * 1_000),
  };
}

// Compiles the code: the first measurement would pay for it alone.
await measure(2, "many");
const results: object[] = [];
for (const lines of [1, 2, 4]) {
  results.push(await measure(lines, 1), await measure(lines, "many"));
}
if (process.argv.includes("--json")) console.log(JSON.stringify(results, undefined, 2));
else console.table(results);
