import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createKinesisClient,
  createPutRecords,
  type Delivery,
  type PutRecord,
  systemClock,
} from "@millrace/put-records";
import express from "express";
import { pino } from "pino";
import { v7 as uuidv7 } from "uuid";
import { createApp } from "../src/app.ts";
import { createCors } from "../src/cors.ts";
import { noPreviewer } from "../src/dry-run/previewer.ts";
import { createEventService } from "../src/event-service.ts";
import { Health } from "../src/health.ts";
import { Admission } from "../src/admission/admission.ts";
import { Breaker } from "../src/admission/breaker.ts";
import { LoadWatch } from "../src/admission/load-watch.ts";
import { planMemory, readHeapLimit, readMemoryLimit } from "../src/admission/memory-budget.ts";
import { DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_IN_FLIGHT_REQUESTS } from "../src/limits.ts";
import { createMetrics } from "../src/metrics.ts";
import { startServer } from "../src/server.ts";
import { hashWriteKey } from "../src/write-keys.ts";
import { benchKey, type ServerKind, type ServerMessage } from "./protocol.ts";

/** One of the servers, in its own process: `node bench/server.ts <kind> <Kinesis>`, started by `start-servers.ts`. */

const BYTES_PER_KIB = 1_024;
let events = 0;

const putRecords = createPutRecords({
  client: createKinesisClient({
    endpoint: String(process.argv[3]),
    region: "eu-west-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  }),
  streamName: "bench",
  lingerMs: 5,
});

/** The same sink for all: counts lines, and confirms when Kinesis does. */
const sink = {
  send: async (record: PutRecord): Promise<Delivery> => {
    const { data } = record;
    for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) events += 1;
    return putRecords.send(record);
  },
};

const service = createEventService({
  putRecords: sink,
  writeKeys: [
    { name: "bench", sha256: hashWriteKey(benchKey), tenantId: "bench", sources: ["https://shop.example/*"] },
  ],
  clock: systemClock,
  random: Math.random,
  newId: () => uuidv7(),
});

function createIngestListener(): RequestListener {
  const health = new Health();
  const admission = new Admission({
    maxBytes: planMemory(readMemoryLimit(), readHeapLimit()).budgetBytes,
    maxRequests: DEFAULT_MAX_IN_FLIGHT_REQUESTS,
    clock: systemClock,
    random: Math.random,
    load: new LoadWatch(systemClock),
    breaker: new Breaker(),
  });
  return createApp({
    service,
    previewer: noPreviewer,
    clock: systemClock,
    cors: createCors([]),
    health,
    admission,
    metrics: createMetrics(admission, true),
    logger: pino(),
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    trustProxyHops: 0,
    webhookOrigins: [],
  });
}

const sender = service.authenticate(`Bearer ${benchKey}`);

const sameReadingListener: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const clientIp = request.socket.remoteAddress;
    void service.accept(sender, { headers: request.headers, body: Buffer.concat(chunks), clientIp }).then((reply) => {
      response.writeHead(reply.status, { ...reply.headers, "content-length": Buffer.byteLength(reply.body) });
      response.end(reply.body);
    });
  });
};

/** The usual first version of such a service. */
async function storeParsed(
  body: unknown,
  clientip: string | undefined,
  useragent: string | undefined,
): Promise<string> {
  const list = (Array.isArray(body) ? body : [body]) as { id: string; subject: string }[];
  const receivedat = new Date().toISOString();
  await Promise.all(
    list.map((event) => {
      const line = JSON.stringify({ ...event, tenantid: "bench", receivedat, clientip, useragent });
      return sink.send({ partitionKey: event.subject, data: Buffer.from(`${line}\n`) });
    }),
  );
  return JSON.stringify({ accepted: list.length, ids: list.map(({ id }) => id) });
}

const floorListener: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    void storeParsed(body, request.socket.remoteAddress, request.headers["user-agent"]).then((answer) => {
      response.writeHead(202, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
};

function createExpressJsonListener(): RequestListener {
  const app = express();
  app.use(express.json({ limit: DEFAULT_MAX_BODY_BYTES }));
  app.post("/v1/events", async (request, response) => {
    const answer = await storeParsed(request.body, request.ip, request.headers["user-agent"]);
    response.status(202).type("application/json").send(answer);
  });
  return app;
}

function comparedListener(kind: ServerKind): RequestListener {
  if (kind === "same-reading") return sameReadingListener;
  return kind === "floor" ? floorListener : createExpressJsonListener();
}

async function listen(kind: ServerKind): Promise<number> {
  if (kind === "ingest") {
    const { port } = await startServer({
      listener: createIngestListener(),
      clock: systemClock,
      health: new Health(),
      port: 0,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      keepAliveTimeoutMs: 75_000,
      maxConnections: 10_000,
    });
    return port;
  }
  const server = createServer({ keepAliveTimeout: 75_000 }, comparedListener(kind));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return (server.address() as AddressInfo).port;
}

const tell = (message: ServerMessage) => process.send?.(message);

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const peakBytes = process.resourceUsage().maxRSS * BYTES_PER_KIB;
  tell({ type: "usage", cpuUs: user + system, peakBytes, events });
});
process.on("disconnect", () => process.exit(0));
tell({ type: "listening", port: await listen(process.argv[2] as ServerKind) });
