/**
 * Runs inside the process of a function: loads its handler and serves invocations from the Lambda Runtime API, one at a
 * time, as AWS's own runtime does. It imports nothing but Node, so that nothing of the simulator gets into the
 * function. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { isAscii } from "node:buffer";
import { existsSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import * as nodeModule from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

interface Response {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface ErrorReport {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: readonly string[];
}

type Handler = (event: unknown, context: object) => unknown;

const api = `http://${requireVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime`;
const taskRoot = requireVariable("LAMBDA_TASK_ROOT");
const agent = new Agent({ keepAlive: true });
let currentRequestId: string | undefined;

// The simulator's own cache, which a function knows nothing of. This file goes there; the process may be killed before
// its end, when Node writes to it.
delete process.env.NODE_COMPILE_CACHE;
if ("flushCompileCache" in nodeModule) nodeModule.flushCompileCache();

function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set.`);
  return value;
}

function call(
  method: "GET" | "POST",
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return new Promise((resolveCall, reject) => {
    const outgoing = request(`${api}${path}`, { method, agent, headers }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () => {
        const bytes = Buffer.concat(parts);
        // Base64 and JSON are ASCII almost always, which needs no look at each character.
        resolveCall({ headers: incoming.headers, body: bytes.toString(isAscii(bytes) ? "latin1" : "utf8") });
      });
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function report(error: unknown, fallbackType = "Error"): ErrorReport {
  if (error instanceof Error) {
    return {
      errorType: error.name,
      errorMessage: error.message,
      stackTrace: (error.stack ?? "").split("\n").map((line) => line.trim()),
    };
  }
  return { errorType: fallbackType, errorMessage: String(error), stackTrace: [] };
}

async function postError(path: string, error: ErrorReport): Promise<void> {
  console.error(JSON.stringify(error));
  await call("POST", path, JSON.stringify(error), {
    "content-type": "application/json",
    "lambda-runtime-function-error-type": error.errorType,
  });
}

/** `folder/index.handler`: the module `folder/index` and the name of its export, which may be a path. */
async function loadHandler(): Promise<Handler> {
  const setting = requireVariable("_HANDLER");
  const [, modulePath, exportPath] = /^((?:.*\/)?[^.]+)\.(.+)$/.exec(setting) ?? [];
  if (modulePath === undefined || exportPath === undefined || modulePath.split("/").includes("..")) {
    throw named("Runtime.MalformedHandlerName", `Bad handler ${JSON.stringify(setting)}.`);
  }
  const file = ["", ".js", ".mjs", ".cjs"].map((extension) => resolve(taskRoot, modulePath + extension)).find(isFile);
  if (file === undefined) {
    throw named("Runtime.ImportModuleError", `Cannot find module '${modulePath}' in the bundle.`);
  }
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  // A CommonJS module shows its exports as `default`; only some of them are also found by name.
  const handler = [module, module.default].map((root) => follow(root, exportPath)).find((value) => value !== undefined);
  if (typeof handler !== "function") {
    throw named("Runtime.HandlerNotFound", `${setting} is ${handler === undefined ? "undefined" : "not a function"}.`);
  }
  return handler as Handler;
}

function isFile(path: string): boolean {
  return /\.[cm]?js$/.test(path) && existsSync(path);
}

function follow(root: unknown, path: string): unknown {
  let value = root;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

function createContext(headers: Response["headers"], requestId: string): object {
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    functionName: requireVariable("AWS_LAMBDA_FUNCTION_NAME"),
    functionVersion: requireVariable("AWS_LAMBDA_FUNCTION_VERSION"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: requireVariable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    awsRequestId: requestId,
    logGroupName: requireVariable("AWS_LAMBDA_LOG_GROUP_NAME"),
    logStreamName: requireVariable("AWS_LAMBDA_LOG_STREAM_NAME"),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function serve(handler: Handler): Promise<never> {
  for (;;) {
    const { headers, body } = await call("GET", "/invocation/next");
    const requestId = String(headers["lambda-runtime-aws-request-id"]);
    currentRequestId = requestId;
    try {
      const result: unknown = await handler(JSON.parse(body) as unknown, createContext(headers, requestId));
      const response = JSON.stringify(result ?? null) as string | undefined;
      await call("POST", `/invocation/${requestId}/response`, response ?? "null", {
        "content-type": "application/json",
      });
    } catch (error) {
      await postError(`/invocation/${requestId}/error`, report(error));
    }
    currentRequestId = undefined;
  }
}

/** An uncaught error ends the process, after the invocation it belongs to has been told. */
function endOn(errorType: "Runtime.UnhandledPromiseRejection" | "Runtime.UncaughtException", error: unknown): void {
  const details = { ...report(error), errorType };
  const path = currentRequestId === undefined ? "/init/error" : `/invocation/${currentRequestId}/error`;
  void postError(path, details).finally(() => process.exit(1));
}

process.on("unhandledRejection", (error) => {
  endOn("Runtime.UnhandledPromiseRejection", error);
});
process.on("uncaughtException", (error) => {
  endOn("Runtime.UncaughtException", error);
});
/**
 * The simulator holds the other end of standard input: when it is gone, however it went, so is this process. A thread
 * of its own looks, because nothing reaches the one of a handler in an endless loop.
 */
const followParent = `
  const { Socket } = require("node:net");
  new Socket({ fd: 0 }).on("error", () => undefined).on("close", () => process.kill(process.pid, "SIGKILL")).resume();
`;
new Worker(followParent, {
  eval: true,
  // Nothing of the function's own is in it.
  env: {},
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
}).unref();

try {
  const handler = await loadHandler();
  await serve(handler);
} catch (error) {
  // Either the handler could not be loaded, or the Runtime API is gone; then this report fails too.
  await postError("/init/error", report(error)).catch(() => undefined);
  process.exit(1);
}
