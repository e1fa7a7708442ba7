import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "@millrace/put-records";
import { ConfigError } from "./config.ts";
import type { Health } from "./health.ts";
import { LINGERING_CLOSE_MS } from "./limits.ts";
import { type ProblemCode, problemBody, problems } from "./problems.ts";

export interface ServerOptions {
  readonly listener: RequestListener;
  readonly clock: Clock;
  readonly health: Health;
  /** 0 picks a free port. */
  readonly port: number;
  /** From the connection to the end of the headers: a client that dribbles them does not keep a connection. */
  readonly headersTimeoutMs: number;
  /** From the connection to the end of the body. */
  readonly requestTimeoutMs: number;
  /** Connections kept at once; beyond them the oldest one without a request is closed. */
  readonly maxConnections: number;
  readonly onConnection?: (() => void) | undefined;
  /** How long an idle connection is kept; longer than the load balancer's own, or it reuses closed ones. */
  readonly keepAliveTimeoutMs: number;
}

export interface DrainOptions {
  /** How long requests are still taken after readiness has failed, until the load balancer has noticed. */
  readonly noticeMs: number;
  /** The longest the whole drain may take. */
  readonly timeoutMs: number;
  /** Runs when the last request has been answered: flushes what is behind the service. */
  readonly flush: () => Promise<void>;
}

export interface RunningServer {
  readonly port: number;
  /**
   * Stops: readiness fails, after a notice no further connection is taken, requests under way are answered, then
   * `flush`. Resolves to true if everything ended in time; the rest is cut off.
   */
  drain(options: DrainOptions): Promise<boolean>;
}

/** Starts the HTTP server; resolves when it takes connections. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createServer(
    {
      headersTimeout: options.headersTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      // Node looks for late connections at this interval only; its default of 30 s would stretch every timeout.
      connectionsCheckingInterval: Math.min(1_000, options.headersTimeoutMs),
      // Node's own answer to a request without Host is no problem document.
      requireHostHeader: false,
    },
    (request, response) => {
      if (isHostMissing(request)) answerProblem(response, "malformed-request", "HTTP/1.1 asks for a Host header.");
      else options.listener(request, response);
    },
  );
  server.on("checkExpectation", (_request, response) => {
    answerProblem(response, "unsupported-expectation", "Send `Expect: 100-continue` or none.");
  });
  // Without this, Node asks for the body before anybody has looked at the key.
  server.on("checkContinue", (request, response) => void server.emit("request", request, response));
  const connections = trackConnections(server, options.maxConnections);
  if (options.onConnection !== undefined) server.on("connection", options.onConnection);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    answerClientError(error, socket, { clock: options.clock, connections });
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(asConfigError(error, options.port));
    server.once("error", refuse);
    server.listen(options.port, () => {
      server.off("error", refuse);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain: (drainOptions) => drain(server, connections, options, drainOptions),
  };
}

function asConfigError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") return new ConfigError([`PORT: ${port} is taken by another process.`]);
  if (error.code === "EACCES") return new ConfigError([`PORT: ${port} is not allowed to this user.`]);
  return error;
}

/** Connections, each with the answer to its latest request. */
type Connections = ReadonlyMap<Socket, ServerResponse | undefined>;

/**
 * `server.closeIdleConnections()` passes over a connection that has not carried a request yet, such as a load balancer
 * or a browser opens in advance; so the drain has to know by itself which connections are idle.
 */
function trackConnections(server: Server, maxConnections: number): Connections {
  const answers = new Map<Socket, ServerResponse | undefined>();
  server.on("connection", (socket) => {
    if (answers.size >= maxConnections) closeOldestIdle(answers, socket);
    answers.set(socket, undefined);
    socket.once("close", () => answers.delete(socket));
  });
  // The latest answer is enough: answers leave in the order of their requests.
  server.on("request", (request, response) => void answers.set(request.socket, response));
  return answers;
}

/** The newcomer goes when everybody else is busy. */
function closeOldestIdle(connections: Connections, newcomer: Socket): void {
  for (const [socket, latest] of connections) {
    if (latest !== undefined && !latest.closed) continue;
    socket.destroy();
    return;
  }
  newcomer.destroy();
}

async function drain(
  server: Server,
  connections: Connections,
  { clock, health }: Pick<ServerOptions, "clock" | "health">,
  { noticeMs, timeoutMs, flush }: DrainOptions,
): Promise<boolean> {
  health.startDraining();
  let timer: unknown;
  const outOfTime = new Promise<false>((resolve) => {
    timer = clock.setTimeout(() => resolve(false), timeoutMs);
  });
  const finished = (async () => {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, noticeMs));
    await close(server, connections, clock);
    await flush();
    return true;
  })();
  try {
    return await Promise.race([finished, outOfTime]);
  } finally {
    clock.clearTimeout(timer);
    server.closeAllConnections();
  }
}

/** How often connections that have fallen idle are looked for while the server closes. */
const IDLE_CHECK_MS = 50;

/** Takes no more connections, ends the idle ones, and resolves when the busy ones have had their answer. */
function close(server: Server, connections: Connections, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let timer: unknown;
    // An answer that was on its way out when the drain began did not say `Connection: close`; its connection falls idle
    // later.
    const endIdle = () => {
      for (const [socket, latest] of connections) if (latest === undefined || latest.closed) socket.destroy();
      timer = clock.setTimeout(endIdle, IDLE_CHECK_MS);
    };
    server.close(() => {
      clock.clearTimeout(timer);
      resolve();
    });
    endIdle();
  });
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2 */
const isHostMissing = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.host === undefined && httpVersion === "1.1";

function answerProblem(response: ServerResponse, code: ProblemCode, detail: string): void {
  const body = problemBody(code, detail);
  response.writeHead(problems[code].status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.end(body);
}

/** Bytes that do not even begin a request: no client waits for an answer to them. */
const strayCodes: ReadonlySet<string> = new Set(["HPE_INVALID_METHOD", "HPE_CLOSED_CONNECTION"]);

/** Answers what Node's parser refused: there is no request object then, only a socket. */
function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { clock, connections }: { clock: Clock; connections: Connections },
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const latest = connections.get(socket);
  // Bytes behind a whole request do not concern it: its own answer is the true one, and the last.
  if (latest?.req.complete === true && !latest.closed) {
    latest.shouldKeepAlive = false;
    latest.once("close", () => socket.destroySoon());
    return;
  }
  if (latest !== undefined && strayCodes.has(error.code ?? "")) {
    socket.destroySoon();
    return;
  }
  const [code, detail] = describeClientError(error);
  const { status } = problems[code];
  const body = problemBody(code, detail);
  // The peer may never close its side, and what its request holds is given back when the connection is gone.
  const timer = clock.setTimeout(() => socket.destroy(), LINGERING_CLOSE_MS);
  socket.once("close", () => clock.clearTimeout(timer));
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n` +
      "content-type: application/problem+json\r\n" +
      `content-length: ${Buffer.byteLength(body)}\r\n` +
      `connection: close\r\n\r\n${body}`,
  );
}

function describeClientError(error: NodeJS.ErrnoException): [ProblemCode, string] {
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return ["request-timeout", "The request did not arrive within the time allowed."];
    case "HPE_HEADER_OVERFLOW":
      return ["headers-too-large", "The request line and headers together may have 16 KiB."];
    default:
      return ["malformed-request", "The bytes on the connection are not an HTTP/1.1 request."];
  }
}
