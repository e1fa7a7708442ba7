import { bundleFunction } from "@millrace/lambda-bundle";
import type { PutRecords } from "@millrace/put-records";
import { compileRoutes, loadRouteDocuments, type RouteDocument } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRouterHandler } from "../src/index.ts";

/**
 * What the router costs: per event against the floor (parse, match, serialise), at start, and in the bundle, with the
 * routes of this repository and with 1,000. `pnpm bench`.
 */
const EVENTS = 10_000;
const TYPES = ["page.view", "search.click", "commerce.product-view", "commerce.purchase", "custom.event"];
const app = join(import.meta.dirname, "..");

const own = loadRouteDocuments(join(app, "../../schemas/routes"));
const many: RouteDocument[] = Array.from({ length: 100 }, (_, application) => ({
  application: `app-${application}`,
  owner: "team",
  routes: Array.from({ length: 10 }, (__, route) => ({
    name: `route-${route}`,
    description: "Generated.",
    // An event is wanted by two of the ten routes of about one application in fifteen.
    pattern: {
      event: { type: [TYPES[route % TYPES.length] ?? ""], data: { productId: [{ prefix: `p-${application}` }] } },
      enrichment: { geo: { country: [{ "anything-but": ["US"] }] } },
    },
    destination: { stream: `app-${application}` },
    tests: [],
  })),
}));

function events(): string[] {
  return Array.from({ length: EVENTS }, (_, index) =>
    JSON.stringify({
      event: {
        specversion: "1.0",
        id: `0199a000-7c3e-7d21-9f01-${index.toString(16).padStart(12, "0")}`,
        source: "https://shop.example/web",
        type: TYPES[index % TYPES.length],
        subject: `visitor-${index % 900}`,
        time: "2026-03-01T12:00:00.000Z",
        tenantid: "shop",
        receivedat: "2026-03-01T12:00:00.050Z",
        clientip: "10.1.2.0",
        useragent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        data: {
          context: { pageUrl: "https://shop.example/shoes?utm_campaign=spring", visitorId: "v" },
          productId: `p-${index % 500}`,
          total: 20,
        },
      },
      enrichment: {
        geo: { country: "DE", city: "Berlin" },
        bot: { isBot: false },
        page: { host: "shop.example", path: "/shoes" },
      },
      validation: {
        status: "valid",
        schema: "https://millrace.example/schemas/events/page/view/1-0-0.json",
        errors: [],
      },
      privacy: { masked: [] },
      processing: { enrichment: { name: "enrichment", version: "1.0.0", at: "2026-03-01T12:00:00.120Z" } },
    }),
  );
}

/** Microseconds of processor time per event, the best of five rounds. */
async function cost(work: () => Promise<void> | void): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const cpu = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(cpu);
    best = Math.min(best, (user + system) / EVENTS);
  }
  return Math.round(best * 100) / 100;
}

const lines = events();
const batches = Array.from({ length: EVENTS / 500 }, (_, batch) => ({
  Records: lines.slice(batch * 500, (batch + 1) * 500).map((line, index) => ({
    eventID: `shardId-000000000000:${batch * 500 + index}`,
    eventSourceARN: "arn:aws:kinesis:eu-west-1:111122223333:stream/enriched",
    kinesis: {
      data: Buffer.from(`${line}\n`).toString("base64"),
      partitionKey: String(index),
      sequenceNumber: String(batch * 500 + index),
      approximateArrivalTimestamp: 1_772_366_400,
    },
  })),
}));

/** A destination that takes everything at once. */
const sink = {
  put: (records: readonly unknown[]) =>
    Promise.resolve(
      records.map(() => ({ status: "delivered", shardId: "s", sequenceNumber: "1", attempts: 1, isAmbiguous: false })),
    ),
} as unknown as PutRecords;

async function measure(name: string, documents: readonly RouteDocument[]): Promise<object> {
  const compiled = compileRoutes(documents);
  const set = loadRoutes(compiled);
  const floor = await cost(() => {
    for (const line of lines) {
      const event = JSON.parse(line) as never;
      for (const copy of set.route(event).copies) Buffer.from(JSON.stringify(copy.event));
    }
  });
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const whole = await cost(async () => {
    // A fresh handler a round: it remembers what it delivered, and would not do it again.
    const handler = createRouterHandler({
      routes: () => set,
      destination: () => sink,
      badRows: sink,
      undelivered: { put: () => Promise.resolve() },
      logger: silent,
    });
    for (const batch of batches) await handler(batch as never, { getRemainingTimeInMillis: () => 60_000 });
  });
  const copies = lines.reduce((sum, line) => sum + set.route(JSON.parse(line) as never).copies.length, 0);
  return {
    routes: name,
    copiesPerEvent: Math.round((copies / EVENTS) * 100) / 100,
    floorMicros: floor,
    routerMicros: whole,
    ofFloor: Math.round((whole / floor) * 100) / 100,
    ...(await start(compiled)),
  };
}

/** Milliseconds to evaluate the bundle in a fresh Node, over an empty module; the median of nine. */
async function start(compiled: object): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "router-bench-"));
  try {
    const { manifest } = await bundleFunction({
      entryPoint: join(app, "src/handler.ts"),
      outFile: join(folder, "function.zip"),
      define: { COMPILED_ROUTES: JSON.stringify(JSON.stringify(compiled)) },
    });
    execFileSync("unzip", ["-q", join(folder, "function.zip"), "-d", folder]);
    writeFileSync(join(folder, "empty.js"), "");
    const time = (file: string): number => {
      const script = `const t=performance.now();require(${JSON.stringify(join(folder, file))});console.log(performance.now()-t)`;
      const environment = {
        PATH: process.env["PATH"],
        STAGE: "x",
        ACCOUNT_ID: "000000000000",
        DESTINATION_PREFIX: "x-",
        BAD_ROW_STREAM_NAME: "x",
        UNDELIVERED_URL: "s3://x/undelivered",
        AWS_REGION: "eu-west-1",
      };
      const runs = Array.from({ length: 9 }, () =>
        Number(execFileSync(process.execPath, ["-e", script], { env: environment, encoding: "utf8" })),
      );
      return runs.sort((a, b) => a - b)[4] ?? 0;
    };
    return { initMs: Math.round((time("index.js") - time("empty.js")) * 10) / 10, zipBytes: manifest.bytes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const results = [
  await measure(`${own.reduce((sum, { routes }) => sum + routes.length, 0)} of this repository`, own),
  await measure("1,000", many),
];
if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
else console.table(results);
