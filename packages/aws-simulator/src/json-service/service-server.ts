import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { abortConnection, answer, decodeText, findSignatureFault, operationOf, readBody } from "../http/aws-json.ts";
import { type ListeningServer, listen } from "../http/listening-server.ts";
import { createRandom } from "../random.ts";
import { createUuid } from "../uuid.ts";
import { ServiceError } from "./errors.ts";
import type { JsonService } from "./json-service.ts";
import { errorAnswer, executeText, type ServiceAnswer } from "./service-client.ts";

/** Address of the server. */
export interface ServiceServerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Gets faults of the simulator itself; the caller's connection breaks. Default `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** How long a caller that waits for something to happen is asked to wait between two looks. */
const LOOK_AGAIN_MS = 50;

/**
 * Serves the model of a service over the protocol of AWS, for the unmodified SDK. Signatures must be there and are not
 * verified.
 *
 * @example
 * ```ts
 * const server = await startServiceServer(new SqsQueues());
 * const client = new SQSClient({ endpoint: server.url, region: "us-east-1", credentials });
 * ```
 */
export async function startServiceServer(
  service: JsonService,
  options: ServiceServerOptions = {},
): Promise<ListeningServer> {
  const onError = options.onError ?? ((error) => console.error(error));
  const random = createRandom(`${service.name}-server`);
  const server = createServer((request, response) => {
    handle(service, createUuid(random), request, response).catch((error: unknown) => {
      onError(error);
      abortConnection(request);
    });
  });
  const listening = await listen(server, options);
  service.servedAt?.(listening.url);
  return listening;
}

async function handle(
  service: JsonService,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, service.maxBodyBytes);
  const { status, body: text } =
    body === undefined ? { status: 413, body: "" } : await answerTo(service, request, decodeText(body));
  answer(response, status, requestId, text, service.contentType);
}

async function answerTo(service: JsonService, request: IncomingMessage, body: string): Promise<ServiceAnswer> {
  const fault = findSignatureFault(request);
  if (fault !== undefined) return errorAnswer(new ServiceError(fault.code, fault.message));
  const operation = request.method === "POST" ? operationOf(request, service.targetPrefix) : undefined;
  const until = Date.now() + (service.waitMs?.(operation, body) ?? 0);
  for (;;) {
    const answered = executeText(service, operation, body);
    if (Date.now() >= until || request.socket.destroyed || answered.body !== "{}") return answered;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
