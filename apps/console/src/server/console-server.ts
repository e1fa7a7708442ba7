import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { EventFeed } from "../events/event-feed.ts";
import type { LiveFigures } from "../api.ts";
import { QueryError } from "../events/event-query.ts";
import { MAX_BODY_BYTES, MAX_FOLLOWERS } from "../events/limits.ts";
import type { PipelineSource } from "@millrace/pipeline-source";
import { RouteFlows } from "../routes/route-flows.ts";
import {
  answerBadRow,
  answerContracts,
  answerEvents,
  answerExplain,
  answerPipeline,
  answerRecent,
  answerRefusedLine,
  answerRoutes,
  answerRunbook,
  type AnswerSources,
  readChanges,
} from "./answers.ts";
import { EventStream, eventSender } from "./event-stream.ts";
import { admit } from "./guard.ts";
import type { PageFiles } from "./page-files.ts";

export interface ConsoleOptions {
  readonly source: PipelineSource;
  readonly token: string;
  readonly port: number;
  readonly page: PageFiles;
  /** A sentence with the remedy for a pipeline that does not answer. Default: for one on this machine. */
  readonly remedy?: string;
}

const FIGURES_MS = 1_000;

/** Nothing of the page comes from elsewhere, runs inline, or is shown in a frame. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** A request that cannot be answered, and its status. */
class RequestError extends Error {
  override readonly name = "RequestError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Creates the console's HTTP server. The owner of the port hands it the connections. */
export function createConsoleServer(options: ConsoleOptions): Server {
  const { source } = options;
  const sources = { source, feed: new EventFeed(source), flows: new RouteFlows(source) };
  const followers = new Set<EventStream>();
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
    const admission = admit(request, options);
    if ("refusal" in admission) {
      response.writeHead(403, { "content-type": "text/plain; charset=utf-8" }).end(`${admission.refusal}\n`);
      return;
    }
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const url = new URL(admission.path === "" ? "/" : admission.path, "http://console");
    answer({ request, response, url, signal: gone.signal, sources, followers, options }).catch((error: unknown) => {
      if (response.headersSent || gone.signal.aborted) response.destroy();
      else writeProblem(response, error, options.remedy);
    });
  });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly sources: AnswerSources;
  readonly followers: Set<EventStream>;
  readonly options: ConsoleOptions;
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  const { pathname } = url;
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && pathname === "/api/live") await follow(exchange);
  else if (request.method === "POST" && pathname === "/api/validate") await preview(exchange);
  else if (pathname.startsWith("/api/")) writeJson(response, await readAnswer(exchange));
  else if (isRead) await writeFile(exchange);
  else throw new RequestError(405, "The page is read with GET.");
}

/** The answers that are JSON. */
function readAnswer({ request, url, signal, sources }: Exchange): unknown {
  const { pathname, searchParams } = url;
  const { source, feed } = sources;
  const key = `${request.method === "HEAD" ? "GET" : (request.method ?? "")} ${pathname}`;
  switch (key) {
    case "GET /api/pipeline":
      return answerPipeline(sources, signal);
    case "GET /api/events":
      return answerEvents(sources, searchParams, signal);
    case "GET /api/recent":
      return answerRecent(sources);
    case "GET /api/explain":
      return answerExplain(sources, searchParams, signal);
    case "GET /api/quality":
      return feed.quality();
    case "GET /api/routes":
      return answerRoutes(sources, signal);
    case "GET /api/contracts":
      return answerContracts(sources);
    case "GET /api/bad-row":
      return answerBadRow(sources, searchParams, signal);
    case "GET /api/refused-lines":
      return source.refusedLines(signal).then((lines) => lines ?? null);
    case "GET /api/refused-line":
      return answerRefusedLine(sources, searchParams, signal);
    case "GET /api/alarms":
      return source.alarms(signal);
    case "GET /api/objectives":
      return source.objectives(signal).then((objectives) => objectives ?? null);
    case "GET /api/runbook":
      return answerRunbook(searchParams);
    case "POST /api/replay": {
      const of = (name: string): string => searchParams.get(name) ?? "";
      return source.replay({ source: of("source"), type: of("type"), from: of("from") }, signal);
    }
    case "POST /api/redrive":
      return source.redrive(searchParams.get("application") ?? "", searchParams.get("dry") === "1", signal);
    default:
      throw new RequestError(404, `There is no ${key.slice(0, 100)}.`);
  }
}

async function preview({ request, response, signal, sources }: Exchange): Promise<void> {
  const { status, body } = await sources.source.preview(await readText(request), signal);
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(body);
}

/** The page's own addresses are relative to the folder that the token is. */
async function writeFile({ response, url, options }: Exchange): Promise<void> {
  const file = await options.page.read(url.pathname);
  if (file === undefined) throw new RequestError(404, "There is no such file.");
  response.writeHead(200, { "content-type": file.type, "cache-control": "no-cache" }).end(file.bytes);
}

/** Sends figures each second and, with `events=1`, what comes, until the browser goes away. */
async function follow({ response, url, signal, sources, followers }: Exchange): Promise<void> {
  if (followers.size >= MAX_FOLLOWERS) throw new RequestError(503, `${MAX_FOLLOWERS} pages follow already; close one.`);
  const stream = new EventStream(response);
  followers.add(stream);
  signal.addEventListener("abort", () => followers.delete(stream), { once: true });
  const end = (): void => stream.end();
  if (url.searchParams.get("events") === "1") {
    signal.addEventListener("abort", sources.feed.follow(eventSender(stream), end), { once: true });
  }
  const { source } = sources;
  const { stepMs } = await source.describe(signal);
  while (!signal.aborted) {
    const [hops, changes, alarms] = await Promise.all([
      source.hops(signal),
      readChanges(sources, signal),
      source.alarms(signal),
    ]);
    const nowMs = Date.now();
    const atMs = stepMs === undefined ? nowMs : ((await source.history(signal)).times.at(-1) ?? nowMs);
    stream.send("figures", { nowMs, atMs, hops, changes, alarms } satisfies LiveFigures);
    await new Promise((resolve) => setTimeout(resolve, FIGURES_MS));
  }
}

function writeJson(response: ServerResponse, value: unknown): void {
  response
    .writeHead(200, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" })
    .end(JSON.stringify(value));
}

function writeProblem(response: ServerResponse, error: unknown, remedy = "Is `pnpm start` still running?"): void {
  const isAsked = error instanceof QueryError || error instanceof RangeError;
  const status = error instanceof RequestError ? error.status : isAsked ? 400 : 502;
  const detail = error instanceof Error ? error.message : String(error);
  const told = status === 502 ? `The pipeline does not answer (${detail}). ${remedy}` : detail;
  response
    .writeHead(status, { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" })
    .end(JSON.stringify({ status, detail: told }));
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) throw new RequestError(413, `A body has at most ${MAX_BODY_BYTES} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
