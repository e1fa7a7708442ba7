import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeText } from "../../http/aws-json.ts";

/** Input of one invocation. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** Epoch milliseconds at which the function is stopped. */
  readonly deadlineMs: () => number;
  /** The event as JSON. */
  readonly payload: Uint8Array;
}

/** An error as a runtime reports it. */
export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export interface RuntimeApiListener {
  /** The runtime asks for work: it is initialized, and idle. */
  onNext(): void;
  /** The invocation was taken: its time runs from here. */
  onTaken(requestId: string): void;
  onResponse(requestId: string, body: string): void;
  onError(requestId: string, error: RuntimeError): void;
  onInitError(error: RuntimeError): void;
}

const base = "/2018-06-01/runtime";
const resultPattern = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/**
 * The Lambda Runtime API for one execution environment, on a free port of the loopback interface.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApiServer {
  readonly #server: Server;
  readonly #listener: RuntimeApiListener;
  #waiting: ServerResponse | undefined;
  #invocation: RuntimeInvocation | undefined;

  constructor(listener: RuntimeApiListener) {
    this.#listener = listener;
    this.#server = createServer((incoming, outgoing) => {
      void this.#answer(incoming, outgoing);
    });
    // A runtime may wait for its next invocation for hours.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
  }

  /** @returns `host:port`, as `AWS_LAMBDA_RUNTIME_API` has it. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands the invocation to the runtime, now or when it next asks. */
  deliver(invocation: RuntimeInvocation): void {
    this.#invocation = invocation;
    this.#deliverIfWaiting();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (body === undefined) return;
    const { method, url = "" } = incoming;
    if (method === "GET" && url === `${base}/invocation/next`) {
      this.#waiting = outgoing;
      this.#listener.onNext();
      this.#deliverIfWaiting();
      return;
    }
    const [, requestId, kind] = resultPattern.exec(url) ?? [];
    if (method === "POST" && requestId !== undefined) {
      accept(outgoing);
      if (kind === "response") this.#listener.onResponse(requestId, body);
      else this.#listener.onError(requestId, readError(body));
      return;
    }
    if (method === "POST" && url === `${base}/init/error`) {
      accept(outgoing);
      this.#listener.onInitError(readError(body));
      return;
    }
    outgoing.writeHead(404).end();
  }

  #deliverIfWaiting(): void {
    const waiting = this.#waiting;
    const invocation = this.#invocation;
    if (waiting === undefined || invocation === undefined) return;
    this.#waiting = undefined;
    this.#invocation = undefined;
    this.#listener.onTaken(invocation.requestId);
    waiting.writeHead(200, {
      "content-type": "application/json",
      "content-length": invocation.payload.byteLength,
      "lambda-runtime-aws-request-id": invocation.requestId,
      "lambda-runtime-deadline-ms": String(invocation.deadlineMs()),
      "lambda-runtime-invoked-function-arn": invocation.functionArn,
    });
    waiting.end(invocation.payload);
  }
}

const accepted = Buffer.from('{"status":"OK"}');

function accept(outgoing: ServerResponse): void {
  outgoing.writeHead(202, { "content-type": "application/json", "content-length": accepted.byteLength }).end(accepted);
}

/** @returns undefined when the process died while it sent. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of incoming) parts.push(part as Buffer);
  } catch {
    return undefined;
  }
  return decodeText(Buffer.concat(parts));
}

function readError(body: string): RuntimeError {
  try {
    const { errorType, errorMessage } = JSON.parse(body) as Partial<RuntimeError>;
    return { errorType: errorType ?? "Error", errorMessage: errorMessage ?? "" };
  } catch {
    return { errorType: "Error", errorMessage: body };
  }
}
