import { createServer } from "node:http";
import { createSecureServer, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import { sleep } from "../clock.ts";
import type { RawAnswer } from "../faults/answers.ts";
import { createRandom, type Random, randomInteger } from "../random.ts";
import { KinesisError } from "../kinesis/errors.ts";
import type { Kinesis } from "../kinesis/kinesis.ts";
import { execute, isWriting, readSubscription, subscribeToShard } from "../kinesis/operations.ts";
import type { ShardSubscription } from "../kinesis/subscription.ts";
import {
  abortConnection,
  answer,
  answerError,
  findSignatureFault,
  operationOf,
  type Request,
  type Response,
  readBody,
} from "./aws-json.ts";
import { pushSubscription } from "./fan-out.ts";
import { wireOf } from "./kinesis-wire.ts";

/** Address, latency and TLS of the server. */
export interface KinesisServerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Adds so much to every call, drawn evenly from the range. Default nothing. */
  readonly latencyMs?: { readonly min: number; readonly max: number };
  /** Draws the latencies. Default a generator with a fixed seed. */
  readonly random?: Random;
  /** Certificate and key in PEM: the port then also speaks TLS to clients that begin with it. Default none. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Gets faults of the simulator itself, which callers see as InternalFailure. Default `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** A running server of the Kinesis protocol. */
export interface KinesisServer {
  /** For `endpoint`, or for `AWS_ENDPOINT_URL_KINESIS`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

const targetPrefix = "Kinesis_20131202.";
/** Ten mebibytes of data are 13.4 as base64; partition keys and JSON come on top. */
const MAX_BODY_BYTES = 24 * 1024 * 1024;
const http2Preface = "PRI";
/** First byte of a TLS handshake. */
const tlsHandshake = 0x16;

/**
 * Serves a model over the protocol of AWS (awsJson1.1, in JSON or CBOR), for the unmodified SDKs. One port speaks
 * HTTP/1.1 and HTTP/2 without TLS, so the SDK's default HTTP/2 handler works as well as `NodeHttpHandler`. Signatures
 * must be there and are not verified.
 *
 * @example
 * ```ts
 * const server = await startKinesisServer(kinesis);
 * const client = new KinesisClient({ endpoint: server.url, region: "us-east-1", credentials });
 * ```
 */
export async function startKinesisServer(kinesis: Kinesis, options: KinesisServerOptions = {}): Promise<KinesisServer> {
  const front = new FrontEnd(kinesis, options);
  const handle = (request: Request, response: Response) => {
    front.handle(request, response).catch((error: unknown) => {
      front.onError(error);
      abortConnection(request);
    });
  };
  // Producers keep connections open between batches; the default of five seconds would reset some of them at the wrong
  // moment.
  const http1 = createServer({ keepAliveTimeout: 120_000 }, handle);
  const http2 = createHttp2Server(handle);
  const secure =
    options.tls === undefined ? undefined : createSecureServer({ ...options.tls, allowHTTP1: true }, handle);
  const sockets = new Set<Socket>();
  const listener = createSocketServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.once("data", (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      if (secure !== undefined && chunk[0] === tlsHandshake) {
        secure.emit("connection", socket);
        process.nextTick(() => socket.resume());
        return;
      }
      const isHttp2 = chunk.toString("latin1", 0, http2Preface.length) === http2Preface;
      (isHttp2 ? http2 : http1).emit("connection", socket);
      if (!isHttp2) process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const { address, port, family } = listener.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
        http1.close();
        http2.close();
        secure?.close();
      }),
  };
}

class FrontEnd {
  readonly #kinesis: Kinesis;
  readonly #random: Random;
  readonly #latencyMs: { readonly min: number; readonly max: number } | undefined;
  readonly onError: (error: unknown) => void;

  constructor(kinesis: Kinesis, options: KinesisServerOptions) {
    this.#kinesis = kinesis;
    this.#random = options.random ?? createRandom("kinesis-server");
    this.#latencyMs = options.latencyMs;
    this.onError = options.onError ?? ((error) => console.error(error));
  }

  async handle(request: Request, response: Response): Promise<void> {
    const body = await readBody(request, MAX_BODY_BYTES);
    const requestId = this.#kinesis.nextRequestId();
    if (body === undefined) {
      answer(response, 413, requestId, "");
      return;
    }
    const operation = operationOf(request, targetPrefix);
    if (request.method !== "POST" || operation === undefined) {
      answer(response, 403, requestId, accessDenied, "text/xml");
      return;
    }
    if (this.#latencyMs !== undefined) {
      await sleep(this.#kinesis.clock, randomInteger(this.#random, this.#latencyMs.min, this.#latencyMs.max));
    }
    const wire = wireOf(request.headers["content-type"]);
    const fault = this.#kinesis.faults?.call(operation);
    if (fault?.kind === "slow") await sleep(this.#kinesis.clock, fault.delayBeforeMs);
    if (fault?.kind === "reset-before") {
      abortConnection(request);
      return;
    }
    if (fault?.kind === "reject") {
      answerError(response, requestId, new KinesisError(fault.code, fault.message), wire);
      return;
    }

    if (fault?.kind === "answer" && !fault.isCarriedOut) {
      answerRaw(response, requestId, fault.answer);
      return;
    }

    let output: object | undefined;
    let subscription: ShardSubscription | undefined;
    let refusal: unknown;
    try {
      requireSignature(request);
      const input = wire.parse(body);
      if (operation === subscribeToShard) subscription = this.#kinesis.subscribeToShard(readSubscription(input));
      else output = execute(this.#kinesis, operation, input);
      if (this.#kinesis.isStored && isWriting(operation)) await this.#kinesis.committed();
    } catch (error) {
      refusal = error;
    }
    if (fault?.kind === "slow") await sleep(this.#kinesis.clock, fault.delayAfterMs);
    if (fault?.kind === "reset-after") {
      abortConnection(request);
      return;
    }
    if (fault?.kind === "answer") {
      answerRaw(response, requestId, fault.answer);
      return;
    }
    if (fault?.kind === "fail-after") refusal = new KinesisError(fault.code, fault.message);
    if (refusal === undefined) {
      if (subscription === undefined) answer(response, 200, requestId, wire.write(output), wire.contentType);
      else await pushSubscription(subscription, response, { clock: this.#kinesis.clock, requestId, wire });
      return;
    }
    if (!(refusal instanceof KinesisError)) this.onError(refusal);
    answerError(
      response,
      requestId,
      refusal instanceof KinesisError ? refusal : new KinesisError("InternalFailure", "The simulator itself failed."),
      wire,
    );
  }
}

const accessDenied =
  "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

function requireSignature(request: Request): void {
  const fault = findSignatureFault(request);
  if (fault !== undefined) throw new KinesisError(fault.code, fault.message);
}

/** Without a type of its own, an answer has that of the protocol. */
function answerRaw(response: Response, requestId: string, { status, body }: RawAnswer): void {
  answer(response, status, requestId, body, ...(body.startsWith("<") ? ["text/html"] : []));
}
