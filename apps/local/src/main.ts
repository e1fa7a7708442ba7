/** Runs the synthesized local stack on this machine, with sample traffic. */
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { dirname, resolve } from "node:path";
import type { ChangeKind } from "@millrace/pipeline-source";
import { type LocalTopology, readLocalTopology, readTerraformStack } from "@millrace/topology";
import { ensureBuilt } from "./build/ensure-built.ts";
import { withConsumers } from "./consumers/consumer-functions.ts";
import { followConsumers } from "./consumers/follow-consumers.ts";
import { openConsoleGate } from "./console/console-gate.ts";
import { runRedrive } from "./console/run-redrive.ts";
import { runReplay } from "./console/run-replay.ts";
import { startControlServer } from "./control/control-server.ts";
import { greeting } from "./control/greeting.ts";
import { readLines, readRecord } from "./control/read-lines.ts";
import { listRefusedLines, readLine } from "./control/refused-lines.ts";
import { runCommand } from "./control/run-command.ts";
import { removeRunFile, writeRunFile } from "./control/run-file.ts";
import { claimStateFolder } from "./control/state-folder.ts";
import { followSources } from "./live/follow-sources.ts";
import { parseStartOptions, type StartOptions } from "./options.ts";
import { type Baseline, takeBaseline } from "./report/baseline.ts";
import { readExpectedRoutes } from "./report/expected-routes.ts";
import { formatReport, isWhole } from "./report/format-report.ts";
import { observeUndelivered } from "./report/observe-undelivered.ts";
import { observeRoutes } from "./report/observe-routes.ts";
import { measureStreams, observeBadRows, observeEnriched, observeRaw } from "./report/observe-streams.ts";
import { observeWarehouse } from "./report/observe-warehouse.ts";
import { reconcile, type Report } from "./report/reconcile.ts";
import { SentLedger } from "./report/sent-ledger.ts";
import { localIdentity } from "./runtime/account.ts";
import { defaultStackPath, defaultStateFolder, routesFolder, stateFolders } from "./runtime/folders.ts";
import { aborted, deadline, interruption } from "./runtime/interruption.ts";
import { Pipeline } from "./runtime/pipeline.ts";
import { claimablePort } from "./runtime/port.ts";
import { tailMessages, tailStream } from "./runtime/stream-tail.ts";
import { ChangeLog } from "./status/change-log.ts";
import { createStatusDisplay } from "./status/status-lines.ts";
import { findShortStreams } from "./traffic/short-streams.ts";
import { sendSampleTraffic } from "./traffic/start-traffic.ts";

const STATUS_INTERVAL_MS = 1_000;
const PLAIN_STATUS_INTERVAL_MS = 10_000;
/** How long a drain may stand still before it is given up: longer than one retry with its backoff. */
const DRAIN_PATIENCE_MS = 30_000;
/** How long requests under way may take to be answered once the run is to end. */
const ANSWERS_DEADLINE_MS = 30_000;
/** After the greeting: what the first events need is compiled by then. */
const COMPILE_CACHE_DELAY_MS = 3_000;
const MAX_SHOWN_WARNINGS = 5;
const STRAY_RETRY_MS = 200;

async function observe(
  pipeline: Pipeline,
  ledger: SentLedger,
  begin: Baseline,
  { durationMs, warmUpMs }: { readonly durationMs: number; readonly warmUpMs: number },
): Promise<Report> {
  const { kinesis, objectStore, services, topology, warehouse } = pipeline;
  const routes = readExpectedRoutes(routesFolder);
  const baseline = { ...begin, forgottenMs: pipeline.forgottenMs };
  const { sightings, statuses } = observeEnriched(kinesis, topology.pipelineStreams.enriched, baseline);
  const streams = kinesis.streamNames();
  const unreadable: string[] = [];
  const observations = {
    raw: observeRaw(kinesis, topology.pipelineStreams.raw, baseline),
    throttled: Object.fromEntries(streams.map((name) => [name, kinesis.stats(name).throttledRecords])),
    streams: measureStreams(kinesis, baseline),
    enriched: sightings,
    statuses,
    badRows: observeBadRows(kinesis, topology.pipelineStreams.badRows, baseline),
    routes: observeRoutes(kinesis, services, routes, baseline),
    undelivered: await observeUndelivered(objectStore, topology, baseline, unreadable),
    warehouse: await observeWarehouse(warehouse, objectStore, topology, baseline, unreadable),
    unreadable,
  };
  return reconcile(
    ledger,
    observations,
    routes.map(({ name }) => name),
    durationMs,
    warmUpMs,
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
    if (result?.ShardId !== undefined && result.SequenceNumber !== undefined) {
      await kinesis.committed();
      return [result.ShardId, result.SequenceNumber];
    }
    await new Promise((done) => setTimeout(done, STRAY_RETRY_MS));
  }
}

function createWarner(): (message: string) => void {
  let shown = 0;
  return (message) => {
    shown += 1;
    if (shown <= MAX_SHOWN_WARNINGS) console.error(`! ${message}`);
    if (shown === MAX_SHOWN_WARNINGS) console.error("! More of this goes to logs/pipeline.log only.");
  };
}

/** Runs until interrupted, or until the events are through. @returns the exit code. */
async function run(options: StartOptions): Promise<number> {
  const folders = stateFolders(resolve(options.stateFolder ?? defaultStateFolder));
  const claim = await claimStateFolder(folders);
  const signal = interruption();
  const inputs = options.isFollowing ? await ensureBuilt({ isShown: true, signal }) : undefined;
  const stackPath = options.stackPath ?? defaultStackPath;
  const readStack = (): LocalTopology =>
    withConsumers(readLocalTopology(readTerraformStack(stackPath), localIdentity), options.consumers);
  const topology = readStack();
  const startedAtMs = Date.now();
  const changes = new ChangeLog();
  const notice = (message: string, kind: ChangeKind = "notice"): void => {
    console.error(`! ${message}`);
    changes.add(kind, message);
  };
  const port = options.port ?? topology.service.containerPort;
  if (port !== 0) await claimablePort(port);
  const pipeline = await Pipeline.start(topology, {
    folders,
    isFresh: options.isFresh,
    port,
    pollIntervalMs: options.pollIntervalMs,
    maxStreamBytes: options.maxStreamBytes,
    isMaterializing: options.isMaterializing,
    // A run that is compared with what it sent must hold nothing else.
    hasSchedules: options.hasCanaries,
    onWarning: createWarner(),
    onNotice: notice,
  });
  const runId = randomUUID();
  const control = await startControlServer({
    runId,
    query: (sql, ended) => pipeline.warehouse.query(sql, [], { signal: ended }),
    exportWarehouse: (path) => pipeline.warehouse.exportTo(path),
    processes: () => pipeline.processes(),
    hops: () => pipeline.figures(),
    history: () => pipeline.history(),
    changes: () => changes.all(),
    describe: () => ({
      stage: "local",
      startedAtMs,
      streams: pipeline.topology.pipelineStreams,
      ingestUrl: pipeline.service.url,
      writeKey: pipeline.topology.writeKey,
    }),
    readLines: (request) => readLines(pipeline, request),
    redrive: (application, isDry, ended) => runRedrive(pipeline, application, isDry, ended),
    replay: (request, ended) => runReplay(pipeline, request, ended),
    alarms: () => pipeline.alarms(),
    objectives: () => pipeline.objectives(),
    // Loaded when it is asked for: with the checks of route documents it is a tenth of the processor time of a start.
    findEvent: async (id) => (await import("./explain/find-event.ts")).findEvent(pipeline, id),
    readRecord: (place) => readRecord(pipeline.kinesis, place),
    refusedLines: () => listRefusedLines(pipeline.warehouse),
    readRefusedLine: (line) => readLine(pipeline, line),
    streamNames: () => [...pipeline.kinesis.streamNames(), ...pipeline.services.names()],
    tail: (name, onLine, ended, fromStart) =>
      pipeline.services.names().includes(name)
        ? tailMessages(pipeline.services, name, onLine, ended, fromStart)
        : tailStream(pipeline.kinesis, name, onLine, ended, fromStart),
  });
  changes.add("start", pipeline.resumed === undefined ? "Began anew." : "Went on where the last run stopped.");
  const gate = await openConsoleGate({ stateFolder: folders.root, controlUrl: control.url, onNotice: notice });
  writeRunFile(folders.runFile, {
    id: runId,
    pid: process.pid,
    controlUrl: control.url,
    consoleUrl: gate.url,
    ingestUrl: pipeline.service.url,
    kinesisUrl: pipeline.kinesisUrl,
    s3Url: pipeline.s3Url,
    destinationEndpoints: pipeline.services.endpoints,
    secretsUrl: pipeline.secretsUrl,
  });
  console.log(greeting(pipeline, { control: control.url, console: gate.url }));
  // Node writes it at an exit, and a process that is killed has none.
  setTimeout(flushCompileCache, COMPILE_CACHE_DELAY_MS).unref();
  // A reconciliation is of this run alone: what an earlier one left goes through first.
  if (options.isExit && pipeline.resumed !== undefined) await pipeline.settle(options.settleSeconds * 1_000);
  const baseline = takeBaseline(pipeline.kinesis, Date.now());
  // A run that is to be compared with what was sent keeps the definition it began with.
  if (inputs !== undefined && !options.isExit) followSources({ pipeline, readStack, inputs, onNotice: notice, signal });

  followConsumers({ pipeline, consumers: options.consumers, readStack, onNotice: notice, signal });

  const display = createStatusDisplay(process.stdout, PLAIN_STATUS_INTERVAL_MS);
  const status = setInterval(() => display.update(pipeline.hops(), Date.now()), STATUS_INTERVAL_MS);
  // Sample events of another run must have other ids, or the warehouse would show the earlier ones.
  const seed = options.seed + (pipeline.resumed?.records ?? 0);
  if (options.rate > 0)
    for (const warning of findShortStreams(topology, options.rate, readExpectedRoutes(routesFolder)))
      console.error(`! ${warning}`);
  const ledger = new SentLedger({ isKeeping: options.isExit });
  const startedAt = Date.now();
  try {
    const sending =
      options.rate === 0
        ? Promise.resolve()
        : sendSampleTraffic(ledger, {
            url: pipeline.service.url,
            writeKey: topology.writeKey,
            rate: options.rate,
            limit: options.events ?? null,
            seed,
            eventsPerRequest: options.eventsPerRequest,
            routes: readExpectedRoutes(routesFolder),
            putStray: (bytes) => putStray(pipeline, bytes),
            signal,
          });
    const isSent = options.isExit ? sending : sending.then(() => aborted(signal));
    const isOver = Promise.race([isSent, aborted(signal)]);
    const crash = await Promise.race([isOver, pipeline.service.crashed.catch((error: unknown) => error)]);
    await Promise.race([sending, deadline(ANSWERS_DEADLINE_MS)]);
    if (!options.isExit || signal.aborted || crash instanceof Error) {
      const isDrained = await pipeline.stop(DRAIN_PATIENCE_MS);
      if (crash instanceof Error) throw crash;
      console.log(`${isDrained ? "Drained" : "Ended with work left"} after ${ledger.acceptedEvents} sample events.`);
      return isDrained ? 0 : 1;
    }
    const isSettled = await pipeline.settle(options.settleSeconds * 1_000);
    const durationMs = Date.now() - startedAt;
    clearInterval(status);
    display.update(pipeline.hops(), Number.POSITIVE_INFINITY);
    const report = await observe(pipeline, ledger, baseline, {
      durationMs,
      warmUpMs: options.warmUpSeconds * 1_000,
    });
    if (!isSettled) console.log(`\nNothing moved for ${options.settleSeconds} s, with work still under way.`);
    console.log(`\n${formatReport(report)}`);
    writeReport(options.reportPath, report);
    await pipeline.stop(DRAIN_PATIENCE_MS);
    return isWhole(report) ? 0 : 1;
  } finally {
    clearInterval(status);
    gate.close();
    await control.close();
    removeRunFile(folders.runFile);
    claim.release();
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
  const options = await parseStartOptions(process.argv.slice(2));
  if (options !== undefined) process.exitCode = await run(options);
});
// Whatever a failed run left open does not keep the process; its children end with it.
process.exit();
