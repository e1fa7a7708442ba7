import { join } from "node:path";
import { createSecretReader } from "@millrace/aws-request";
import { createKinesisClient, createPutRecords, systemClock } from "@millrace/put-records";
import { v7 as uuidv7 } from "uuid";
import { Admission } from "./admission/admission.ts";
import { Breaker, retryAfterOutage } from "./admission/breaker.ts";
import { LoadWatch } from "./admission/load-watch.ts";
import { planMemory, readHeapLimit, readMemoryLimit } from "./admission/memory-budget.ts";
import { createApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { createCors } from "./cors.ts";
import { createEventService } from "./event-service.ts";
import { findPreviewer } from "./dry-run/previewer.ts";
import { Health } from "./health.ts";
import { guardStream } from "./guarded-stream.ts";
import { openLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { startServer } from "./server.ts";
import { SpoolReplay } from "./spool/replay.ts";
import { Spool } from "./spool/spool.ts";
import { createSpoolingStream } from "./spool/spooling-stream.ts";
import { createAskStream, waitForStream } from "./stream-check.ts";
import { openWriteKeys, type RunningWriteKeySource } from "./write-key-source.ts";

/** Faults of the configuration go to the terminal of the person who wrote it, not to the log. */
function exitOnConfigError(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return process.exit(2);
}

function loadConfig(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    return exitOnConfigError(error);
  }
}

async function openSpool(): Promise<Spool | undefined> {
  const { SPOOL_DIR: folder, SPOOL_MAX_BYTES: maxBytes } = config;
  if (folder === undefined) return undefined;
  return Spool.open({ folder, maxBytes, onError: (err) => logger.error({ err }, "spool failed") });
}

const config = loadConfig();
const log = openLog(config.LOG_LEVEL, { service: "ingest", stage: config.STAGE });
const { logger } = log;
const clock = systemClock;
const random = Math.random;
const health = new Health();
const memory = planMemory(config.MEMORY_LIMIT_BYTES ?? readMemoryLimit(), readHeapLimit());
const maxInFlightBytes = config.MAX_IN_FLIGHT_BYTES ?? memory.budgetBytes;
const breaker = new Breaker();
const load = new LoadWatch(clock);
const spool = await openSpool();
const admission = new Admission({
  maxBytes: maxInFlightBytes,
  maxRequests: config.MAX_IN_FLIGHT_REQUESTS,
  clock,
  random,
  load,
  breaker,
  canSpool: () => spool?.hasRoom === true,
});
const metrics = createMetrics(admission, true);
const client = createKinesisClient();

function loadWriteKeys(): Promise<RunningWriteKeySource> {
  let hasKeys = false;
  return openWriteKeys({
    place: config,
    readSecret: createSecretReader(process.env, client.config.credentials),
    maxAgeMs: config.WRITE_KEYS_REFRESH_SECONDS * 1_000,
    clock,
    random,
    onRead: (read, keys) => {
      metrics.writeKeysRead(read.outcome, keys, clock.now());
      if ("error" in read) logger.error({ err: read.error }, "write keys not taken, those in force stay");
      else if (read.outcome === "changed" && hasKeys) logger.info({ keys }, "other write keys in force");
      hasKeys = keys > 0;
    },
  });
}

const writeKeys = await loadWriteKeys().catch(exitOnConfigError);
const putRecords = createPutRecords({
  client,
  streamName: config.RAW_STREAM_NAME,
  lingerMs: config.LINGER_MS,
  maxInFlightBytes,
  hooks: metrics.hooks,
});
const stream = guardStream(putRecords, breaker, clock);
const replay = spool === undefined ? undefined : startReplay(spool);

function startReplay(from: Spool): SpoolReplay {
  metrics.watchSpool(() => from.bytes);
  return new SpoolReplay({
    spool: from,
    stream,
    clock,
    onSent: (records) => metrics.spoolMoved("sent", records),
    onRefused: (records) => {
      metrics.spoolMoved("refused", records);
      logger.error({ records }, "spooled records refused by the stream and set aside");
    },
    onError: (err) => logger.error({ err }, "spool cannot be sent"),
  });
}

const service = createEventService({
  putRecords:
    spool === undefined
      ? stream
      : createSpoolingStream({ stream, spool, breaker, clock, onSpooled: () => metrics.spoolMoved("spooled", 1) }),
  writeKeys,
  clock,
  random,
  newId: () => uuidv7(),
  maxEventBytes: config.MAX_EVENT_BYTES,
  maxEventsPerRequest: config.MAX_EVENTS_PER_REQUEST,
  putTimeoutMs: config.PUT_TIMEOUT_MS,
  retryAfter: () => retryAfterOutage(breaker.outageMs(clock.now()), random),
  onRefused: createRefusalLog(logger, clock),
});
const app = createApp({
  service,
  previewer: findPreviewer(
    { folder: config.PREVIEW_DIR ?? join(import.meta.dirname, "preview"), stage: config.STAGE },
    clock,
  ),
  clock,
  cors: createCors(config.CORS_ORIGINS),
  health,
  admission,
  metrics,
  logger,
  maxBodyBytes: config.MAX_BODY_BYTES,
  trustProxyHops: config.TRUST_PROXY_HOPS,
  webhookOrigins: config.WEBHOOK_ORIGINS,
});
void becomeReady();
const server = await startServer({
  listener: app,
  clock,
  health,
  port: config.PORT,
  headersTimeoutMs: config.HEADERS_TIMEOUT_MS,
  requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
  maxConnections: config.MAX_CONNECTIONS ?? memory.maxConnections,
  onConnection: () => admission.connectionOpened(),
  keepAliveTimeoutMs: config.KEEP_ALIVE_TIMEOUT_MS,
}).catch(exitOnConfigError);

async function becomeReady(): Promise<void> {
  const missing = await waitForStream({
    ask: createAskStream(client, config.RAW_STREAM_NAME),
    streamName: config.RAW_STREAM_NAME,
    health,
    clock,
    timeoutMs: config.READY_TIMEOUT_MS,
  });
  if (missing !== undefined) logger.error({ missing }, "ready although the stream is not");
}

let isStopping = false;

async function stop(signal: NodeJS.Signals): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  logger.info({ signal }, "draining");
  metrics.drainStarted();
  writeKeys.stop();
  load.stop();
  const isClean = await server.drain({
    noticeMs: config.DRAIN_NOTICE_MS,
    timeoutMs: config.DRAIN_TIMEOUT_MS,
    flush: async () => {
      await replay?.stop();
      await putRecords.close();
      await spool?.close();
    },
  });
  if (spool !== undefined && spool.bytes > 0) logger.warn({ bytes: spool.bytes }, "spool is left on disk");
  if (isClean) logger.info("drained");
  else logger.error({ pendingRecords: putRecords.stats().pendingRecords }, "drain timed out");
  await log.close();
  process.exit(isClean ? 0 : 1);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  // A second signal is for the impatient: without this handler it ends the process at once.
  process.once(signal, () => void stop(signal));
}
process.on("unhandledRejection", (error) => {
  logger.fatal({ err: error }, "unhandled rejection");
  void log.close().then(() => process.exit(1));
});

// Last: who reads this line may send a signal right away.
logger.info(
  {
    port: server.port,
    stream: config.RAW_STREAM_NAME,
    keys: writeKeys.current().length,
    maxInFlightBytes,
    maxConnections: memory.maxConnections,
  },
  "listening",
);
