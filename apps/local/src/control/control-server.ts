import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  AlarmFigures,
  Change,
  CommandResult,
  EventCopy,
  EventTraces,
  FigureHistory,
  HopFigures,
  LinePage,
  LineRequest,
  ObjectivesFigures,
  PipelineDescription,
  RecordPlace,
  LinePlace,
  RefusedLine,
  ReplayRequest,
} from "@millrace/pipeline-source";

/** Functions of the running pipeline for other commands on this machine. */
export interface ControlTargets {
  /** Names the run, so that another process is not taken for it. */
  readonly runId: string;
  /** Ends early when the signal aborts. */
  query(sql: string, signal: AbortSignal): Promise<readonly Record<string, unknown>[]>;
  /** Writes a copy of the warehouse to a file that is not there yet. */
  exportWarehouse(path: string): Promise<void>;
  streamNames(): readonly string[];
  /** The event service, then the functions, with the ids of their processes. */
  processes(): readonly { readonly name: string; readonly pids: readonly number[] }[];
  /** How far every hop is. */
  hops(): readonly HopFigures[];
  history(): FigureHistory;
  changes(): readonly Change[];
  describe(): PipelineDescription;
  /** Lines of a stream from its end. */
  readLines(request: LineRequest): Promise<LinePage>;
  /** Puts the undelivered events of an application back, or returns the plan of it. */
  redrive(application: string, isDry: boolean, signal: AbortSignal): Promise<CommandResult>;
  /** Returns the plan of a replay. */
  replay(request: ReplayRequest, signal: AbortSignal): Promise<CommandResult>;
  /** Everything that the pipeline still has of an id. */
  findEvent(id: string): Promise<EventTraces>;
  readRecord(place: RecordPlace): readonly EventCopy[];
  /** The newest lines of the lake that became no row. */
  refusedLines(): Promise<readonly RefusedLine[]>;
  readRefusedLine(place: LinePlace): Promise<string>;
  /** Every alarm of the stack. */
  alarms(): readonly AlarmFigures[];
  /** The promises of the stack, with what is left of their error budgets. */
  objectives(): ObjectivesFigures | undefined;
  /** Calls back with each record's text from `from` on until the signal aborts. */
  tail(stream: string, onLine: (line: string) => void, signal: AbortSignal, fromStart: boolean): Promise<void>;
}

export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

const MAX_QUERY_BYTES = 1_000_000;
const CLOSE_GRACE_MS = 1_000;

/**
 * Starts the control endpoint on a free loopback port. One process holds the warehouse file, so it serves the queries.
 */
export async function startControlServer(targets: ControlTargets): Promise<ControlServer> {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const server = createServer((request, response) => {
    answer(request, response, targets, stopping.signal).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { "content-type": "text/plain; charset=utf-8" });
      response.end((error as Error).message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        server.closeIdleConnections();
        // Queries and tails were told to end; a client that does not let go must not keep the run alive.
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  targets: ControlTargets,
  stopping: AbortSignal,
): Promise<void> {
  if (!isFromProgram(request)) {
    response
      .writeHead(403, { "content-type": "text/plain" })
      .end("Only programs of this machine are answered, no pages.");
    return;
  }
  const url = new URL(request.url ?? "/", "http://control");
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, stopping]);
  if (request.method === "GET" && url.pathname === "/run") {
    response.writeHead(200, { "content-type": "text/plain" }).end(targets.runId);
    return;
  }
  if (request.method === "POST" && url.pathname === "/warehouse") {
    const rows = await targets.query(await readText(request), signal);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
    return;
  }
  if (request.method === "POST" && url.pathname === "/warehouse/export") {
    await targets.exportWarehouse(await readText(request));
    response.writeHead(204).end();
    return;
  }
  const read = request.method === "GET" ? answersTo(url, targets) : undefined;
  if (read !== undefined) {
    const answer = await read();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    return;
  }
  if (request.method === "POST" && url.pathname === "/redrive") {
    const application = url.searchParams.get("application") ?? "";
    const result = await targets.redrive(application, url.searchParams.has("dry-run"), signal);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
    return;
  }
  if (request.method === "POST" && url.pathname === "/replay") {
    const of = (name: string): string => url.searchParams.get(name) ?? "";
    const result = await targets.replay({ source: of("source"), type: of("type"), from: of("from") }, signal);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
    return;
  }
  const stream = /^\/streams\/([^/]+)$/.exec(url.pathname)?.[1];
  if (request.method === "GET" && stream !== undefined) {
    await followStream(decodeURIComponent(stream), url.searchParams.has("from-start"), response, targets, signal);
    return;
  }
  response
    .writeHead(404, { "content-type": "text/plain" })
    .end(
      "Only GET /run, POST /warehouse, POST /warehouse/export, POST /redrive, POST /replay, GET /processes, GET /memory, GET /hops, " +
        "GET /history, GET /changes, GET /description, GET /alarms, GET /objectives, GET /lines, GET /record, GET /refused-lines, " +
        "GET /refused-line, GET /events?id=<id> and GET /streams/<name> exist.",
    );
}

const loopbackHost = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/;

/**
 * False for what a browser sends for a page: it has an `Origin`, or as its host the name that the page had resolved to
 * this machine. A page could write files and read events otherwise.
 */
function isFromProgram({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && loopbackHost.test(headers.host ?? "");
}

/** The JSON answer to a GET; undefined for a path that is none of these. */
function answersTo({ pathname, searchParams }: URL, targets: ControlTargets): (() => unknown) | undefined {
  const of = (name: string): string => searchParams.get(name) ?? "";
  switch (pathname) {
    case "/processes":
      return () => targets.processes();
    case "/memory":
      return () => process.memoryUsage();
    case "/hops":
      return () => targets.hops();
    case "/history":
      return () => targets.history();
    case "/changes":
      return () => targets.changes();
    case "/description":
      return () => targets.describe();
    case "/alarms":
      return () => targets.alarms();
    case "/objectives":
      return () => targets.objectives() ?? null;
    case "/lines":
      return () => targets.readLines(parseLineRequest(searchParams));
    case "/record":
      return () =>
        targets.readRecord({ streamName: of("stream"), shardId: of("shard"), sequenceNumber: of("sequence") });
    case "/refused-lines":
      return () => targets.refusedLines();
    case "/refused-line":
      return async () => ({
        text: await targets.readRefusedLine({ object: of("object"), line: Number(of("line")) }),
      });
    case "/events":
      return () => {
        const id = searchParams.get("id");
        if (id === null || id === "") throw new RangeError("GET /events?id=<event id> takes the id of an event.");
        return targets.findEvent(id);
      };
    default:
      return undefined;
  }
}

function parseLineRequest(params: URLSearchParams): LineRequest {
  const text = (name: string): string | undefined => params.get(name) ?? undefined;
  return {
    stream: text("stream") ?? "",
    limit: Number(text("limit") ?? 100),
    before: text("before"),
    beforeMs: params.has("before-ms") ? Number(params.get("before-ms")) : undefined,
    after: text("after"),
    contains: params.getAll("contains"),
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8");
  for await (const piece of request as AsyncIterable<string>) {
    text += piece;
    if (text.length > MAX_QUERY_BYTES) throw new RangeError(`A query has at most ${MAX_QUERY_BYTES} characters.`);
  }
  return text;
}

async function followStream(
  wanted: string,
  fromStart: boolean,
  response: ServerResponse,
  targets: ControlTargets,
  signal: AbortSignal,
): Promise<void> {
  const names = targets.streamNames();
  const name =
    names.find((candidate) => candidate === wanted) ?? names.find((candidate) => candidate.endsWith(`-${wanted}`));
  if (name === undefined)
    throw new RangeError(`There is no stream, queue or bus "${wanted}". There are: ${names.join(", ")}.`);
  response.writeHead(200, { "content-type": "application/x-ndjson", "x-stream": name });
  response.flushHeaders();
  await targets.tail(name, (line) => response.write(`${line}\n`), signal, fromStart);
  response.end();
}
