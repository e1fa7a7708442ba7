import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import type { Logger } from "pino";
import type { OutgoingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { Clock } from "@millrace/put-records";
import type { Cors } from "./cors.ts";
import { drawRetryAfter, type EventService, type ProtocolReply, replyError } from "./event-service.ts";
import { type ForeignPath, findForeignPath } from "./foreign-requests.ts";
import type { Health } from "./health.ts";
import type { InFlightBytes } from "./in-flight-bytes.ts";
import { acceptedMediaTypes } from "./media-types.ts";
import type { IngestMetrics } from "./metrics.ts";
import { IngestError, type ProblemCode } from "./problems.ts";
import { createBeaconProtocol, createCloudEventsProtocol, type Protocol } from "./protocol.ts";
import { acceptedEncodings, ClientGoneError, discard, readBody, unzipUntold } from "./read-body.ts";
import { type Headers, isBinaryMode } from "./read-events.ts";
import { compileSourcePatterns } from "./source-patterns.ts";
import type { Sender } from "./write-keys.ts";

/** What the HTTP side needs; everything is passed in, so that tests choose clock, keys and stream. */
export interface AppDependencies {
  readonly service: EventService;
  readonly clock: Clock;
  readonly random: () => number;
  readonly cors: Cors;
  readonly health: Health;
  readonly inFlight: InFlightBytes;
  readonly metrics: IngestMetrics;
  readonly logger: Logger;
  /** Body after decompression, in bytes. */
  readonly maxBodyBytes: number;
  /** Proxies in front that append to X-Forwarded-For; 0 takes the address of the connection. */
  readonly trustProxyHops: number;
  /** Origins of services that may deliver webhooks, as they name themselves in the CloudEvents handshake; `*` is any. */
  readonly webhookOrigins: readonly string[];
}

/**
 * The Express application: endpoints, CORS and nothing that runs before `POST /v1/events`, because each middleware in
 * front of it costs every request. See docs/decisions/0070.
 */
export function createApp(dependencies: AppDependencies): Express {
  const { health, metrics } = dependencies;
  const allowsWebhook = compileSourcePatterns(dependencies.webhookOrigins);
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);

  // First, so that the hot endpoint is the first that is compared.
  app.post("/v1/events", (request, response) => handleEvents(dependencies, request, response));
  app.options("/v1/events", (request, response) => {
    const { "webhook-request-origin": webhookOrigin } = request.headers;
    if (typeof webhookOrigin === "string") answerHandshake(allowsWebhook, webhookOrigin, response);
    else answerPreflight(dependencies, ["POST"], request, response);
  });
  app.all("/v1/events", () => {
    throw new IngestError("method-not-allowed", "Send events with POST.");
  });

  app.get("/healthz", (_request, response) => answer(response, 200, "application/json", '{"status":"ok"}'));
  app.get("/readyz", (_request, response) => {
    if (health.isDraining) answer(response, 503, "application/json", '{"status":"draining"}');
    else answer(response, 200, "application/json", '{"status":"ready"}');
  });
  app.get("/metrics", async (_request, response) => {
    answer(response, 200, metrics.registry.contentType, await metrics.registry.metrics());
  });

  // Paths of foreign SDKs, see `@millrace/sender-adapters`.
  app.use((request, response) => handleForeignPath(dependencies, request, response));
  app.use(createErrorHandler(dependencies));
  return app;
}

function handleEvents(dependencies: AppDependencies, request: Request, response: Response): Promise<void> {
  const { service } = dependencies;
  const { authorization } = request.headers;
  const beacon = authorization === undefined ? createBeaconProtocol(service, queryOf(request)) : undefined;
  const protocol = beacon ?? createCloudEventsProtocol(service, authorization);
  return handleRequest(dependencies, protocol, request, response);
}

async function handleForeignPath(dependencies: AppDependencies, request: Request, response: Response): Promise<void> {
  const { service, clock } = dependencies;
  const { method, path, headers } = request;
  const query = new URLSearchParams(queryOf(request));
  const found = findForeignPath(service, () => clock.now(), { method, path, query, headers });
  if (found === undefined) throw new IngestError("not-found", "Events go to POST /v1/events.");
  if (found.protocol !== undefined) await handleRequest(dependencies, found.protocol, request, response);
  else if (method === "OPTIONS") answerPreflight(dependencies, found.methods, request, response);
  else throw methodNotAllowed(found);
}

function methodNotAllowed({ methods }: ForeignPath): IngestError {
  return new IngestError("method-not-allowed", `The endpoint takes ${methods.join(" and ")}.`);
}

function queryOf({ url }: Request): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start + 1);
}

function answerPreflight(
  { cors }: AppDependencies,
  methods: readonly string[],
  request: Request,
  response: Response,
): void {
  const { origin, "access-control-request-headers": requestedHeaders } = request.headers;
  const headers = cors.preflightHeadersFor(origin, requestedHeaders, methods);
  if (headers === undefined) throw new IngestError("origin-not-allowed", "CORS_ORIGINS does not name this origin.");
  response.writeHead(204, headers).end();
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection */
function answerHandshake(isAllowed: (origin: string) => boolean, origin: string, response: Response): void {
  if (!isAllowed(origin)) throw new IngestError("origin-not-allowed", "WEBHOOK_ORIGINS does not name this origin.");
  response.writeHead(200, { "webhook-allowed-origin": origin, "webhook-allowed-rate": "*", allow: "POST, OPTIONS" });
  response.end();
}

async function handleRequest(
  dependencies: AppDependencies,
  protocol: Protocol,
  request: Request,
  response: Response,
): Promise<void> {
  const { clock, metrics, logger } = dependencies;
  const startedMs = clock.now();
  let keyName: string | undefined;
  let bodyBytes = 0;
  let reply: ProtocolReply;
  metrics.requestStarted();
  try {
    const early = identify(protocol, request);
    keyName = early?.keyName;
    if (request.headers.expect !== undefined) response.writeContinue();
    const received = await readBody(request, dependencies.maxBodyBytes, dependencies.inFlight);
    const body = protocol.hidesGzip
      ? await unzipUntold(received, dependencies.maxBodyBytes, dependencies.inFlight)
      : received;
    bodyBytes = body.bytes.byteLength;
    try {
      const sender = early ?? protocol.identifyByBody(body.bytes);
      keyName = sender.keyName;
      reply = await protocol.accept(sender, {
        headers: collectHeaders(request),
        body: body.bytes,
        clientIp: readClientIp(request, dependencies.trustProxyHops),
      });
    } finally {
      body.release();
    }
  } catch (error) {
    if (error instanceof ClientGoneError) {
      metrics.requestAborted();
      return;
    }
    if (!(error instanceof IngestError)) logger.error({ err: error }, "request failed");
    reply = replyError(error, explainingHeaders(error, dependencies.random));
  }
  const durationMs = clock.now() - startedMs;
  metrics.requestFinished(reply, durationMs, bodyBytes);
  logReply(logger, reply, keyName, bodyBytes, durationMs);
  sendReply(dependencies, request, response, protocol.word(reply));
}

function identify(protocol: Protocol, request: Request): Sender | undefined {
  try {
    return protocol.identify();
  } catch (error) {
    discard(request);
    throw error;
  }
}

function sendReply(
  dependencies: Pick<AppDependencies, "cors" | "health">,
  request: Request,
  response: Response,
  reply: ProtocolReply,
): void {
  if (response.destroyed) return;
  const headers: OutgoingHttpHeaders = { ...reply.headers, "content-length": Buffer.byteLength(reply.body) };
  if (dependencies.cors.isEnabled) Object.assign(headers, dependencies.cors.headersFor(request.headers.origin));
  // The client shall come back to another instance.
  if (dependencies.health.isDraining) headers.connection = "close";
  response.writeHead(reply.status, headers);
  response.end(reply.body);
}

/** In binary mode a header that was sent twice has to be seen as two, where `headers` would have joined it. */
function collectHeaders(request: Request): Headers {
  if (!isBinaryMode(request.headers)) return request.headers;
  const distinct = Object.entries(request.headersDistinct).filter(([name]) => name.startsWith("ce-"));
  return { ...request.headers, ...Object.fromEntries(distinct) };
}

/**
 * The client's address: that of the connection, or what the outermost trusted proxy wrote into X-Forwarded-For, which
 * each proxy appends to; what stands left of that is the client's own word. `undefined` when it is no address.
 */
function readClientIp(request: Request, trustProxyHops: number): string | undefined {
  const forwarded = trustProxyHops === 0 ? undefined : request.headers["x-forwarded-for"];
  if (typeof forwarded !== "string") return mapToIpv4(request.socket.remoteAddress);
  const addresses = forwarded.split(",");
  return readForwardedAddress(addresses[Math.max(0, addresses.length - trustProxyHops)] ?? "");
}

/** Parts of an entry: an address in brackets, or the text up to a port; an IPv4 address has no other colon. */
const forwardedEntry = /^(?:for=)?"?(?:\[([^\]]*)\](?::\d+)?|([^":]*)(?::\d+)?|([^"]*))"?$/i;

/**
 * The address of one entry, as the proxies of the world write it: alone, with a port, IPv6 in brackets or with a zone, or as
 * `for=` of RFC 7239. `undefined` when there is none (`unknown`, `_hidden`).
 */
export function readForwardedAddress(entry: string): string | undefined {
  const [first = ""] = entry.split(";");
  const [, bracketed, beforePort, whole = ""] = forwardedEntry.exec(first.trim()) ?? [];
  const address = mapToIpv4((bracketed ?? beforePort ?? whole).replace(/%.*$/, ""));
  return address === undefined || isIP(address) === 0 ? undefined : address;
}

/** A dual-stack socket shows IPv4 clients as IPv6. */
function mapToIpv4(address: string | undefined): string | undefined {
  return address?.startsWith("::ffff:") === true && address.includes(".") ? address.slice("::ffff:".length) : address;
}

/** Headers that HTTP asks for with some of the answers. */
function explainingHeaders(error: unknown, random: () => number): Readonly<Record<string, string>> {
  const code: ProblemCode = error instanceof IngestError ? error.code : "internal-error";
  switch (code) {
    case "missing-credentials":
    case "malformed-credentials":
    case "unknown-write-key":
    case "revoked-write-key":
    case "backend-key-in-url":
      return { "www-authenticate": 'Bearer realm="millrace"' };
    case "unsupported-media-type":
      return { "accept-post": acceptedMediaTypes.join(", ") };
    case "unsupported-content-encoding":
      return { "accept-encoding": acceptedEncodings.join(", ") };
    case "method-not-allowed":
      return { allow: "POST, OPTIONS" };
    case "overloaded":
      return { "retry-after": drawRetryAfter(random) };
    default:
      return {};
  }
}

/** Never the body, the key, an address or an id: a count and a code say what an operator needs. */
function logReply(
  logger: Logger,
  reply: ProtocolReply,
  keyName: string | undefined,
  bodyBytes: number,
  durationMs: number,
): void {
  if (reply.code === undefined && reply.rejections.length === 0) return;
  const fields = {
    status: reply.status,
    code: reply.code,
    keyName,
    accepted: reply.accepted,
    rejected: reply.rejections.length,
    unconfirmed: reply.unconfirmed.length,
    reason: reply.unconfirmed[0]?.reason,
    // The code alone: a message might name a partition key, which is somebody's id.
    cause: reply.cause?.code,
    bodyBytes,
    durationMs,
  };
  if (reply.status >= 500) logger.warn(fields, "events not confirmed");
  // One line for each mistake of a client would let clients fill the log; the metrics count them at any level.
  else logger.debug(fields, "events rejected");
}

function createErrorHandler(dependencies: AppDependencies): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    // Express's own faults (a path that is not percent-encoded) carry a status; they are the client's.
    const status = (error as { status?: unknown } | null)?.status;
    const isClientFault = !(error instanceof IngestError) && typeof status === "number" && status < 500;
    const known = isClientFault ? new IngestError("malformed-request", "The path cannot be read.") : error;
    if (!(known instanceof IngestError)) dependencies.logger.error({ err: known }, "request failed");
    discard(request);
    const reply = replyError(known, explainingHeaders(known, dependencies.random));
    sendReply(dependencies, request, response, reply);
  };
}

function answer(response: Response, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
  response.end(body);
}
