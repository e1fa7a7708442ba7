import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type EventService, replyError } from "./event-service.ts";
import { type ForeignPath, findForeignPath } from "./foreign-requests.ts";
import { createIntake, explainingHeaders, type Intake, type IntakeDependencies, sendReply } from "./intake.ts";
import { createPreviewProtocol } from "./dry-run/preview-protocol.ts";
import type { Previewer } from "./dry-run/previewer.ts";
import { createOpenApiDocument } from "./openapi.ts";
import { isProblemCode, renderProblemList, renderProblemPage } from "./problem-pages.ts";
import { IngestError } from "./problems.ts";
import { createBeaconProtocol, createCloudEventsProtocol } from "./protocol.ts";
import { discard } from "./read-body.ts";
import { compileSourcePatterns } from "./source-patterns.ts";

/** Dependencies of the HTTP side. All are passed in, so that tests choose clock, keys and stream. */
export interface AppDependencies extends IntakeDependencies {
  readonly service: EventService;
  /** Answers `POST /v1/validate`. */
  readonly previewer: Previewer;
  /**
   * Origins of services that may deliver webhooks, as they name themselves in the CloudEvents handshake; `*` is any.
   */
  readonly webhookOrigins: readonly string[];
}

const eventsPath = "/v1/events";
const validatePath = "/v1/validate";

/**
 * The endpoints. `POST /v1/events` is taken before Express, which would cost each request about as much as reading it;
 * see docs/decisions/0070.
 */
export function createApp(dependencies: AppDependencies): RequestListener {
  const { service } = dependencies;
  const intake = createIntake(dependencies);
  const app = createExpressApp(dependencies, intake);
  return (request, response) => {
    if (request.method === "POST" && request.url === eventsPath) takeEvents(service, intake, request, response);
    else app(request, response);
  };
}

function createExpressApp(dependencies: AppDependencies, intake: Intake): Express {
  const { health, metrics, service } = dependencies;
  const allowsWebhook = compileSourcePatterns(dependencies.webhookOrigins);
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);

  app.post(eventsPath, (request, response) => takeEvents(service, intake, request, response));
  app.options(eventsPath, (request, response) => {
    const { "webhook-request-origin": webhookOrigin } = request.headers;
    if (typeof webhookOrigin === "string") answerHandshake(allowsWebhook, webhookOrigin, response);
    else answerPreflight(dependencies, ["POST"], request, response);
  });
  app.all(eventsPath, () => {
    throw methodNotAllowed({ methods: ["POST"] });
  });

  app.post(validatePath, (request, response) =>
    intake(request, response, createPreviewProtocol(service, dependencies.previewer, request.headers.authorization)),
  );
  app.options(validatePath, (request, response) => answerPreflight(dependencies, ["POST"], request, response));
  app.all(validatePath, () => {
    throw methodNotAllowed({ methods: ["POST"] });
  });

  app.get("/healthz", (_request, response) => answer(response, 200, "application/json", '{"status":"ok"}'));
  app.get("/readyz", (_request, response) => {
    const { missing } = health;
    if (health.isDraining) answer(response, 503, "application/json", '{"status":"draining"}');
    else if (missing === undefined) answer(response, 200, "application/json", '{"status":"ready"}');
    else answer(response, 503, "application/json", JSON.stringify({ status: "starting", reason: missing }));
  });
  app.get("/metrics", async (_request, response) => {
    answer(response, 200, metrics.registry.contentType, await metrics.registry.metrics());
  });

  app.get("/v1/problems", (_request, response) =>
    answer(response, 200, "text/html; charset=utf-8", renderProblemList()),
  );
  app.get("/v1/problems/:code", (request, response) => {
    const { code } = request.params;
    if (!isProblemCode(code)) throw new IngestError("not-found", "GET /v1/problems lists every problem.");
    answer(response, 200, "text/html; charset=utf-8", renderProblemPage(code));
  });
  const openApi = JSON.stringify(createOpenApiDocument(dependencies));
  app.get("/v1/openapi.json", (_request, response) => answer(response, 200, "application/json", openApi));

  // Paths of foreign SDKs, see `@millrace/sender-adapters`.
  app.use((request, response) => takeForeignRequest(dependencies, intake, request, response));
  app.use(createErrorHandler(dependencies));
  return app;
}

function takeEvents(service: EventService, intake: Intake, request: IncomingMessage, response: ServerResponse): void {
  const { authorization } = request.headers;
  const beacon = authorization === undefined ? createBeaconProtocol(service, queryOf(request)) : undefined;
  void intake(request, response, beacon ?? createCloudEventsProtocol(service, authorization));
}

async function takeForeignRequest(
  dependencies: AppDependencies,
  intake: Intake,
  request: Request,
  response: Response,
): Promise<void> {
  const { service, clock } = dependencies;
  const { method, path, headers } = request;
  const query = new URLSearchParams(queryOf(request));
  const found = findForeignPath(service, () => clock.now(), { method, path, query, headers });
  if (found === undefined) throw new IngestError("not-found", "Events go to POST /v1/events.");
  if (found.protocol !== undefined) await intake(request, response, found.protocol);
  else if (method === "OPTIONS") answerPreflight(dependencies, found.methods, request, response);
  else throw methodNotAllowed(found);
}

function methodNotAllowed({ methods }: Pick<ForeignPath, "methods">): IngestError {
  return new IngestError("method-not-allowed", `The endpoint takes ${methods.join(" and ")}.`, {
    allowedMethods: [...methods, "OPTIONS"],
  });
}

function queryOf({ url = "" }: IncomingMessage): string {
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
    sendReply(dependencies, request, response, replyError(known, explainingHeaders(known)));
  };
}

function answer(response: Response, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
  response.end(body);
}
