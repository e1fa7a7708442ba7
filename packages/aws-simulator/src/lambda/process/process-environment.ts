import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Clock } from "../../clock.ts";
import { FunctionError } from "../function-error.ts";
import { INIT_TIMEOUT_MS, MAX_RESPONSE_BYTES } from "../limits.ts";
import { RuntimeApiServer, type RuntimeError } from "./runtime-api-server.ts";

/** One line a function wrote. */
export interface FunctionLogLine {
  /** The function that wrote it. */
  readonly functionName: string;
  /** Id of the process that wrote it; 0 if it never started. */
  readonly pid: number;
  /** The stream that it was written to. */
  readonly stream: "stdout" | "stderr";
  /** The invocation it was written in; undefined during initialization. */
  readonly requestId: string | undefined;
  /** Without its line break. */
  readonly line: string;
}

export interface ProcessEnvironmentOptions {
  readonly clock: Clock;
  readonly functionName: string;
  readonly functionArn: string;
  readonly taskRoot: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Every variable of the process but the address of its Runtime API. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onLog: (line: FunctionLogLine) => void;
  /** The process is gone and will not come back. */
  readonly onExit: () => void;
  readonly onInitialized: (durationMs: number) => void;
}

interface InFlight {
  readonly requestId: string;
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: FunctionError) => void;
}

/** The runtime's script lies beside this file: TypeScript in the repository, JavaScript in the published package. */
const bootstrapPath = ["runtime-bootstrap.ts", "runtime-bootstrap.js"]
  .map((name) => join(import.meta.dirname, name))
  .find((path) => existsSync(path));

const fatalErrorTypes = ["Runtime.UnhandledPromiseRejection", "Runtime.UncaughtException"];

/**
 * Shares of a function's memory that AWS's start script gives to Node: its heap, and each half of the young generation.
 */
const HEAP_SHARE = 0.9;
const SEMI_SPACE_SHARE = 0.05;
/**
 * Below 1,769 MB a function has less than one core, so that V8's threads beside its own gain nothing on AWS; here they
 * take the cores of other processes. The memory of a batch is garbage soon after it, so the heap may grow to three
 * times the live memory before it is collected. V8's own choice for heaps of 20 MB takes a fifth to a third more
 * processor time an event; six times saves none, and holds the garbage of half an hour at a low rate.
 */
const collectorOptions = ["--single-threaded-gc", "--heap-growing-percent=200"];

/** Compiled code of the runtime's script is kept where this process keeps its own. Node 20 has no such cache. */
function compileCacheEnvironment(): Readonly<Record<string, string>> {
  const folder = "getCompileCacheDir" in nodeModule ? nodeModule.getCompileCacheDir() : undefined;
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** One process of a function, with its own Runtime API. It takes one invocation at a time until it exits. */
export class ProcessEnvironment {
  readonly #options: ProcessEnvironmentOptions;
  readonly #api: RuntimeApiServer;
  #child: ChildProcess | undefined;
  #inFlight: InFlight | undefined;
  #initError: RuntimeError | undefined;
  #timer: unknown;
  #spawnedAtMs = 0;
  #deadlineMs = 0;
  /** Resolves when the handler is loaded. Rejects with a FunctionError when the process ends before. */
  readonly initialized: Promise<void>;
  #tellInitialized: (failure?: FunctionError) => void = () => undefined;
  #isInitialized = false;
  #isGone = false;
  #isDoomed = false;

  constructor(options: ProcessEnvironmentOptions) {
    this.#options = options;
    this.initialized = new Promise((resolve, reject) => {
      this.#tellInitialized = (failure) => {
        if (failure === undefined) resolve();
        else reject(failure);
      };
    });
    // Most do not ask: the invocation that waits reports the failure.
    this.initialized.catch(() => undefined);
    this.#api = new RuntimeApiServer({
      onNext: () => {
        this.#onNext();
      },
      onTaken: () => {
        this.#startTimeout();
      },
      onResponse: (requestId, body) => {
        this.#onResponse(requestId, body);
      },
      onError: (requestId, { errorType, errorMessage }) => {
        // A runtime with an uncaught error exits next.
        this.#isDoomed ||= fatalErrorTypes.includes(errorType);
        this.#settle(requestId, new FunctionError("UNHANDLED", errorType, errorMessage, requestId));
      },
      onInitError: (error) => {
        this.#initError = error;
      },
    });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** True if it has ended, or is about to: it takes no further invocation. */
  get isDoomed(): boolean {
    return this.#isDoomed;
  }

  /** Starts the process. Its initialization runs while the first invocation waits. */
  async start(): Promise<void> {
    const { clock, taskRoot, memoryMb, variables } = this.#options;
    const address = await this.#api.listen();
    if (bootstrapPath === undefined) throw new Error("The runtime's script is missing from the package.");
    this.#spawnedAtMs = clock.now();
    const heapOptions = [
      `--max-old-space-size=${Math.floor(memoryMb * HEAP_SHARE)}`,
      `--max-semi-space-size=${Math.floor(memoryMb * SEMI_SPACE_SHARE)}`,
    ];
    const child = spawn(process.execPath, [...heapOptions, ...collectorOptions, bootstrapPath], {
      cwd: taskRoot,
      env: {
        ...compileCacheEnvironment(),
        ...variables,
        PATH: dirname(process.execPath),
        AWS_LAMBDA_RUNTIME_API: address,
      },
      stdio: ["pipe", "pipe", "pipe"],
      // Its own group: Ctrl-C is for the simulator, which lets invocations end; a function never sees it.
      detached: true,
    });
    this.#child = child;
    child.stdin.on("error", () => undefined);
    this.#listen(child.stdout, "stdout");
    this.#listen(child.stderr, "stderr");
    child.once("error", (error) => {
      this.#initError = { errorType: error.name, errorMessage: error.message };
      this.#onExit(`could not be started: ${error.message}`);
    });
    child.once("exit", (exitCode, signal) => {
      this.#onExit(signal === null ? `exit status ${exitCode}` : `signal: ${signal}`);
    });
    this.#timer = clock.setTimeout(() => {
      this.#initError = {
        errorType: "Sandbox.Timedout",
        errorMessage: `Initialization did not end within ${INIT_TIMEOUT_MS / 1_000} seconds.`,
      };
      this.kill();
    }, INIT_TIMEOUT_MS);
  }

  /** Runs one invocation; `payload` is the event as JSON. */
  invoke(payload: Uint8Array, requestId: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#inFlight = { requestId, resolve, reject };
      if (this.#isGone) {
        this.#failInFlight("exited before it took the invocation");
        return;
      }
      this.#api.deliver({
        requestId,
        functionArn: this.#options.functionArn,
        deadlineMs: () => this.#deadlineMs,
        payload,
      });
    });
  }

  kill(): void {
    this.#isDoomed = true;
    this.#child?.kill("SIGKILL");
  }

  /** Kills the process and resolves when it is gone. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.#isGone) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    this.kill();
    await gone;
  }

  #onNext(): void {
    if (this.#isInitialized) return;
    this.#isInitialized = true;
    const { clock, onInitialized } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#tellInitialized();
    onInitialized(clock.now() - this.#spawnedAtMs);
  }

  #startTimeout(): void {
    const { clock, timeoutMs } = this.#options;
    this.#deadlineMs = clock.now() + timeoutMs;
    this.#timer = clock.setTimeout(() => {
      const requestId = this.#inFlight?.requestId ?? "";
      const message = `${requestId} Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`;
      this.#settle(requestId, new FunctionError("TIMED_OUT", "Sandbox.Timedout", message, requestId));
      this.kill();
    }, timeoutMs);
  }

  #onResponse(requestId: string, body: string): void {
    if (Buffer.byteLength(body) > MAX_RESPONSE_BYTES) {
      const message = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      this.#settle(requestId, new FunctionError("UNHANDLED", "Function.ResponseSizeTooLarge", message, requestId));
      return;
    }
    try {
      this.#settle(requestId, JSON.parse(body) as unknown);
    } catch (error) {
      const message = "The function's response is not JSON.";
      this.#settle(
        requestId,
        new FunctionError("UNHANDLED", "Runtime.InvalidResponse", message, requestId, { cause: error }),
      );
    }
  }

  /** Ends the invocation, unless it ended before (by its timeout, for example). */
  #settle(requestId: string, outcome: unknown): void {
    const inFlight = this.#inFlight;
    if (inFlight?.requestId !== requestId) return;
    this.#inFlight = undefined;
    this.#options.clock.clearTimeout(this.#timer);
    if (outcome instanceof FunctionError) inFlight.reject(outcome);
    else inFlight.resolve(outcome);
  }

  #onExit(how: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#isDoomed = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#api.close();
    this.#tellInitialized(this.#initFailure(how, ""));
    this.#failInFlight(how);
    this.#options.onExit();
  }

  #failInFlight(how: string): void {
    const requestId = this.#inFlight?.requestId;
    if (requestId === undefined) return;
    const error =
      this.#initError === undefined || this.#isInitialized
        ? new FunctionError(
            "EXITED",
            "Runtime.ExitError",
            `RequestId: ${requestId} Error: Runtime exited: ${how}`,
            requestId,
          )
        : this.#initFailure(how, requestId);
    this.#settle(requestId, error);
  }

  #initFailure(how: string, requestId: string): FunctionError {
    const { errorType, errorMessage } = this.#initError ?? { errorType: "Runtime.ExitError", errorMessage: how };
    return new FunctionError("INIT_FAILED", errorType, errorMessage, requestId);
  }

  #listen(source: Readable, stream: "stdout" | "stderr"): void {
    const { functionName, onLog } = this.#options;
    createInterface({ input: source }).on("line", (line) => {
      onLog({ functionName, pid: this.pid ?? 0, stream, requestId: this.#inFlight?.requestId, line });
    });
  }
}
