/** `pnpm start`: runs the synthesized local stack on this machine, with sample traffic. */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { createRandom } from "@millrace/aws-simulator";
import { readLocalTopology, readTerraformStack } from "@millrace/topology";
import { startControlServer } from "./control/control-server.ts";
import { runCommand } from "./control/run-command.ts";
import { refuseSecondRun, removeRunFile, writeRunFile } from "./control/run-file.ts";
import { parseStartOptions, type StartOptions, usage } from "./options.ts";
import { createRouteOracle, readExpectedRoutes } from "./report/expected-routes.ts";
import { formatReport, isWhole } from "./report/format-report.ts";
import { observeDeadLetters } from "./report/observe-dead-letters.ts";
import { observeRoutes } from "./report/observe-routes.ts";
import { observeBadRows, observeEnriched } from "./report/observe-streams.ts";
import { observeWarehouse } from "./report/observe-warehouse.ts";
import { reconcile, type Report } from "./report/reconcile.ts";
import { SentLedger } from "./report/sent-ledger.ts";
import { localIdentity } from "./runtime/account.ts";
import { defaultStackPath, defaultStateFolder, routesFolder, stateFolders } from "./runtime/folders.ts";
import { Pipeline } from "./runtime/pipeline.ts";
import { tailStream } from "./runtime/stream-tail.ts";
import { createStatusDisplay } from "./status/status-lines.ts";
import { sendTraffic } from "./traffic/send-traffic.ts";
import { planTraffic } from "./traffic/traffic-plan.ts";

const statusIntervalMs = 1_000;
const plainStatusIntervalMs = 10_000;
/** How long a drain may stand still before it is given up: longer than one retry with its backoff. */
const drainPatienceMs = 30_000;
const maxShownWarnings = 5;
const strayRetryMs = 200;
const traffic = { brokenShare: 0.03, strayShare: 0.01, concurrentSessions: 40, maxEventsPerRequest: 8 };

function greeting({ topology, service, folders, kinesisUrl, s3Url, secretsUrl }: Pipeline, controlUrl: string): string {
  const body =
    '{"specversion":"1.0","id":"hello-1","source":"https://shop.example/web","type":"search.click","subject":"visitor-1","data":{"context":{"pageUrl":"https://shop.example/search?q=tent","sessionId":"s-1","visitorId":"visitor-1","email":"ada@mail.example"},"queryId":"q-1","query":"tent","productId":"SKU-3002","rank":1}}';
  return `
Millrace runs: ${topology.streams.length} streams, ${topology.functions.length} functions, ${topology.views.length} views, from one stack.

  Events    ${service.url}/v1/events
  Write key ${topology.writeKey}
  State     ${relative(process.cwd(), folders.root)}/: logs, s3, warehouse.duckdb
  Kinesis   ${kinesisUrl} (any AWS SDK or command line, as its endpoint)
  S3        ${s3Url}
  Secrets   ${secretsUrl} (put another value there: keys rotate)
  Control   ${controlUrl}

Try:
  curl -i ${service.url}/v1/events \\
    -H 'authorization: Bearer ${topology.writeKey}' -H 'content-type: application/json' \\
    -d '${body}'
  npx -y pnpm@10.34.9 tail recommendations
  npx -y pnpm@10.34.9 warehouse "SELECT validation_status, record FROM events WHERE id = 'hello-1'"

Ctrl-C drains: what was accepted reaches the warehouse.
`;
}

async function observe(pipeline: Pipeline, ledger: SentLedger, durationMs: number): Promise<Report> {
  const { kinesis, objectStore, topology, warehouse } = pipeline;
  const routes = readExpectedRoutes(routesFolder);
  const { sightings, statuses } = observeEnriched(kinesis, topology.pipelineStreams.enriched);
  const observations = {
    enriched: sightings,
    statuses,
    badRows: observeBadRows(kinesis, topology.pipelineStreams.badRows),
    routes: observeRoutes(kinesis, routes),
    deadLetters: await observeDeadLetters(objectStore, topology),
    warehouse: await observeWarehouse(warehouse, objectStore, topology),
  };
  return reconcile(
    ledger,
    observations,
    routes.map(({ name }) => name),
    createRouteOracle(routes),
    durationMs,
  );
}

/** Another producer on the raw stream: it asks again when the shard is busy, like any. */
async function putStray({ kinesis, topology }: Pipeline, bytes: Uint8Array): Promise<readonly [string, string]> {
  for (;;) {
    const {
      Records: [result],
    } = kinesis.putRecords({
      StreamName: topology.pipelineStreams.raw,
      Records: [{ Data: bytes, PartitionKey: randomUUID() }],
    });
    if (result?.ShardId !== undefined && result.SequenceNumber !== undefined)
      return [result.ShardId, result.SequenceNumber];
    await new Promise((done) => setTimeout(done, strayRetryMs));
  }
}

function createWarner(): (message: string) => void {
  let shown = 0;
  return (message) => {
    shown += 1;
    if (shown <= maxShownWarnings) console.error(`! ${message}`);
    if (shown === maxShownWarnings) console.error("! More of this goes to logs/pipeline.log only.");
  };
}

/** Resolves on the first Ctrl-C; a second one ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    console.log("\nDraining: what was accepted reaches the warehouse. Ctrl-C again to end at once.");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}

/** Runs until interrupted, or until the events are through. @returns the exit code. */
async function run(options: StartOptions): Promise<number> {
  const topology = readLocalTopology(readTerraformStack(options.stackPath ?? defaultStackPath), localIdentity);
  const folders = stateFolders(resolve(options.stateFolder ?? defaultStateFolder));
  refuseSecondRun(folders.runFile);
  const pipeline = await Pipeline.start(topology, { folders, port: options.port, onWarning: createWarner() });
  const control = await startControlServer({
    query: (sql) => pipeline.warehouse.query(sql),
    functions: () => pipeline.functionNames.map((name) => ({ name, pids: pipeline.functionPids(name) })),
    hops: () => pipeline.hops(),
    streamNames: () => pipeline.kinesis.streamNames(),
    tail: (stream, onLine, signal, fromStart) => tailStream(pipeline.kinesis, stream, onLine, signal, fromStart),
  });
  writeRunFile(folders.runFile, {
    pid: process.pid,
    controlUrl: control.url,
    ingestUrl: pipeline.service.url,
    kinesisUrl: pipeline.kinesisUrl,
    s3Url: pipeline.s3Url,
  });
  console.log(greeting(pipeline, control.url));

  const display = createStatusDisplay(process.stdout, plainStatusIntervalMs);
  const status = setInterval(() => display.update(pipeline.hops(), Date.now()), statusIntervalMs);
  const signal = interruption();
  const ledger = new SentLedger();
  const startedAt = Date.now();
  try {
    const sending =
      options.rate === 0
        ? Promise.resolve()
        : sendTraffic(planTraffic({ ...traffic, random: createRandom(options.seed) }), ledger, {
            url: pipeline.service.url,
            writeKey: topology.writeKey,
            rate: options.rate,
            limit: options.events ?? Number.POSITIVE_INFINITY,
            putStray: (bytes) => putStray(pipeline, bytes),
            signal,
          });
    await Promise.race([options.isExit ? sending : aborted(signal), pipeline.service.crashed]);
    await sending;
    if (!options.isExit || signal.aborted) {
      await pipeline.stop(drainPatienceMs);
      console.log(`Drained after ${ledger.accepted.size} sample events.`);
      return 0;
    }
    const isSettled = await pipeline.settle(options.settleSeconds * 1_000);
    const durationMs = Date.now() - startedAt;
    clearInterval(status);
    display.update(pipeline.hops(), Number.POSITIVE_INFINITY);
    const report = await observe(pipeline, ledger, durationMs);
    if (!isSettled) console.log(`\nNothing moved for ${options.settleSeconds} s, with work still under way.`);
    console.log(`\n${formatReport(report)}`);
    writeReport(options.reportPath, report);
    await pipeline.stop(drainPatienceMs);
    return isWhole(report) ? 0 : 1;
  } finally {
    clearInterval(status);
    await control.close();
    removeRunFile(folders.runFile);
  }
}

function writeReport(path: string | undefined, report: Report): void {
  if (path === undefined) return;
  const target = resolve(path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\nReport: ${target}`);
}

await runCommand(async () => {
  const options = parseStartOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else process.exitCode = await run(options);
});
