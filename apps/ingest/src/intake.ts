import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Logger } from "pino";
import type { Clock } from "@millrace/put-records";
import type { Admission, Ticket } from "./admission/admission.ts";
import { readClientIp } from "./client-address.ts";
import type { Cors } from "./cors.ts";
import { type EventRequest, type ProtocolReply, replyError } from "./event-service.ts";
import type { Health } from "./health.ts";
import { OVER_SHARE_DELAY_MS } from "./limits.ts";
import { LogSampler } from "./log-sampler.ts";
import { acceptedMediaTypes } from "./media-types.ts";
import type { IngestMetrics } from "./metrics.ts";
import { IngestError } from "./problems.ts";
import type { Protocol } from "./protocol.ts";
import { acceptedEncodings, ClientGoneError, discard, readBody, unzipUntold } from "./read-body.ts";
import { type Headers, isBinaryMode } from "./read-events.ts";
import type { Sender } from "./write-keys.ts";

/** Parts that reading a request needs; all are passed in, so that tests choose clock, keys and stream. */
export interface IntakeDependencies {
  readonly clock: Clock;
  readonly cors: Cors;
  readonly health: Health;
  readonly admission: Admission;
  readonly metrics: IngestMetrics;
  readonly logger: Logger;
  /** Body after decompression, in bytes. */
  readonly maxBodyBytes: number;
  /** Proxies in front that append to X-Forwarded-For; 0 takes the address of the connection. */
  readonly trustProxyHops: number;
}

/** Takes a request from its headers to its answer. Never rejects. */
export type Intake = (request: IncomingMessage, response: ServerResponse, protocol: Protocol) => Promise<void>;

/**
 * Makes the way of every request that brings events: the sender, the room, the body, the events, the answer. The memory
 * that a request holds is given back when its answer has left, or when the connection is gone.
 */
export function createIntake(dependencies: IntakeDependencies): Intake {
  const { admission, clock, metrics, logger } = dependencies;
  const sampler = new LogSampler(clock);

  return async (request, response, protocol) => {
    const startedMs = clock.now();
    let sender: Sender | undefined;
    let ticket: Ticket | undefined;
    let bodyBytes = 0;
    let reply: ProtocolReply;
    metrics.requestStarted();
    try {
      sender = protocol.identify();
      ticket = admission.enter(sender);
      const held = ticket;
      const { maxBodyBytes } = dependencies;
      const charge = (size: number) => held.charge(size);
      const onWanted = () => {
        if (request.headers.expect !== undefined) response.writeContinue();
      };
      const watch = (onStalled: () => void) => held.watchUpload(onStalled);
      const received = await readBody(request, { maxBytes: maxBodyBytes, charge, watch, onWanted });
      const { bytes, arrivedBytes } = protocol.hidesGzip ? await unzipUntold(received, maxBodyBytes, charge) : received;
      bodyBytes = bytes.byteLength;
      if (sender === undefined) {
        sender = protocol.identifyByBody(bytes);
        admission.assign(ticket, sender);
      }
      ticket.start(arrivedBytes);
      const sentRequest: EventRequest = {
        headers: collectHeaders(request),
        body: bytes,
        clientIp: readClientIp(request, dependencies.trustProxyHops),
        hold: (recordBytes, events) => held.hold(recordBytes, events),
      };
      const from = sender;
      reply = await ticket.takeTurn(bodyBytes, () => protocol.accept(from, sentRequest));
      ticket.settle();
    } catch (error) {
      if (error instanceof ClientGoneError) {
        ticket?.release();
        metrics.requestAborted();
        return;
      }
      if (!(error instanceof IngestError)) logger.error({ err: error }, "request failed");
      else if (error.code === "key-over-share" && !request.complete) await slowDown(clock);
      // The answer to a body that does not come is the last on its connection.
      if (error instanceof IngestError && error.code === "request-timeout") response.shouldKeepAlive = false;
      // An unread body would keep the client from reading the answer.
      if (!request.complete) discard(request);
      reply = replyError(error, explainingHeaders(error));
    }
    const durationMs = clock.now() - startedMs;
    metrics.requestFinished(reply, durationMs, bodyBytes, sender?.keyName);
    logReply(logger, sampler, { reply, keyName: sender?.keyName, bodyBytes, durationMs });
    sendReply(dependencies, request, response, protocol.word(reply));
    if (ticket !== undefined) releaseWhenSent(ticket, request, response);
  };
}

/**
 * Lets a sender wait that takes no notice of `Retry-After`. Its body stays unread meanwhile: to refuse thousands of
 * requests a second would cost others as much as to take them.
 */
function slowDown(clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.setTimeout(resolve, OVER_SHARE_DELAY_MS));
}

/** An answer that the client does not read is held, too. */
function releaseWhenSent(ticket: Ticket, request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed || request.socket.writableLength === 0) ticket.release();
  else response.once("close", () => ticket.release());
}

/** Writes an answer, with what the origin of a browser's page and a service that is about to stop add to it. */
export function sendReply(
  dependencies: Pick<IntakeDependencies, "cors" | "health">,
  request: IncomingMessage,
  response: ServerResponse,
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
function collectHeaders(request: IncomingMessage): Headers {
  if (!isBinaryMode(request.headers)) return request.headers;
  const distinct = Object.entries(request.headersDistinct).filter(([name]) => name.startsWith("ce-"));
  return { ...request.headers, ...Object.fromEntries(distinct) };
}

/** Headers that HTTP asks for with some of the answers. */
export function explainingHeaders(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof IngestError)) return {};
  switch (error.code) {
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
      return { allow: (error.facts.allowedMethods ?? []).join(", ") };
    default:
      return {};
  }
}

interface LoggedReply {
  readonly reply: ProtocolReply;
  readonly keyName: string | undefined;
  readonly bodyBytes: number;
  readonly durationMs: number;
}

/** Never the body, the key, an address or an id: a count and a code say what an operator needs. */
function logReply(logger: Logger, sampler: LogSampler, { reply, keyName, bodyBytes, durationMs }: LoggedReply): void {
  const { code, rejections, unconfirmed } = reply;
  if (code === undefined && rejections.length === 0) return;
  const fields = {
    status: reply.status,
    code,
    keyName,
    accepted: reply.accepted,
    rejected: rejections.length,
    unconfirmed: unconfirmed.length,
    reason: unconfirmed[0]?.reason,
    // The code alone: a message might name a partition key, which is somebody's id.
    cause: reply.cause?.code,
    bodyBytes,
    durationMs,
  };
  if (reply.status < 500) {
    // One line for each mistake of a client would let clients fill the log; the metrics count them at any level.
    logger.debug(fields, "events rejected");
    return;
  }
  const line = sampler.take(code ?? "none");
  if (line !== undefined) logger.warn({ ...fields, ...line }, "events not confirmed");
}
