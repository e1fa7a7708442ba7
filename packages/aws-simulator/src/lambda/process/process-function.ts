import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import { systemClock } from "../../clock.ts";
import { checkChoice, checkInteger, checkText } from "../../options.ts";
import { FunctionError, type FunctionRuntime, type InvokeOptions, TooManyRequestsError } from "../function-error.ts";
import * as limits from "../limits.ts";
import { extractZip, type FunctionCode, readZip } from "./bundle.ts";
import { DurationSample, type DurationSummary } from "./duration-sample.ts";
import { type FunctionLogLine, ProcessEnvironment } from "./process-environment.ts";

/** Code, environment and limits of a function that runs in processes of its own. */
export interface ProcessFunctionOptions {
  /** In its ARN and its log lines. */
  readonly functionName: string;
  /** The bundle: a folder, a zip file or the bytes of one. */
  readonly code: FunctionCode;
  /** `module.export`, such as `index.handler`. */
  readonly handler: string;
  /** The variables the function is configured with. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variables of the place it runs in, such as `AWS_ENDPOINT_URL_KINESIS`; they win over `environment`. */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
  /** Default 128, as on AWS. Limits the heap of the process. */
  readonly memoryMb?: number;
  /** Default 3,000, as on AWS. */
  readonly timeoutMs?: number;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Twelve digits, in its ARN. Default `000000000000`. */
  readonly accountId?: string;
  /** Credentials that the function finds in its environment. Default `local`, which local endpoints take. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Most processes at a time, started as they are needed. Default 10. */
  readonly concurrency?: number;
  /**
   * The fate of an invocation when all processes are busy: it waits (default), or is refused as by a reserved
   * concurrency.
   */
  readonly whenBusy?: "queue" | "throttle";
  /**
   * Milliseconds that an invocation waits for a process that is at work before another one takes it. Default 0, as on
   * AWS; more keeps processes few and warm, and their batches full.
   */
  readonly patienceMs?: number;
  /** Gets each line that the function writes. Default: lines are dropped. */
  readonly onLog?: (line: FunctionLogLine) => void;
  /** Measures and limits invocations. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** Counts of a function since it began. */
export interface ProcessFunctionStats {
  /** Invocations that a process took; refused ones count as throttles. */
  readonly invocations: number;
  /** Invocations that ended in a function error of any kind. */
  readonly errors: number;
  /** Invocations that were ended after `timeoutMs`. */
  readonly timeouts: number;
  /** Invocations whose process ended under them. */
  readonly exits: number;
  /** Invocations refused because all processes were busy. */
  readonly throttles: number;
  /** Processes that were started. */
  readonly coldStarts: number;
  /** From the start of a process to its first request for work. */
  readonly initDurationMs: DurationSummary;
  /** From the call of `invoke` to its answer, the initialization of a cold start included. */
  readonly durationMs: DurationSummary;
  /** Invocations that have not ended. */
  readonly inFlight: number;
  /** Invocations that wait for a process. */
  readonly queued: number;
  /** Processes alive. */
  readonly pids: readonly number[];
}

interface Waiter {
  readonly resolve: (environment: ProcessEnvironment) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A Lambda function in processes of its own, under the machine's clock: its bundle unpacked, its handler loaded by a
 * runtime that speaks the Lambda Runtime API, its environment variables and no others, killed when its time is over,
 * and started anew after any exit.
 *
 * @example
 * ```ts
 * const router = new ProcessFunction({
 *   functionName: "router", code: { zipFile: "router.zip" }, handler: "index.handler",
 *   environment: { STAGE: "local" }, extraEnvironment: { AWS_ENDPOINT_URL_KINESIS: server.url }, timeoutMs: 60_000,
 * });
 * await router.invoke({ Records: [] });
 * await router.stop();
 * ```
 */
export class ProcessFunction implements FunctionRuntime {
  readonly functionName: string;
  readonly functionArn: string;
  readonly #options: ProcessFunctionOptions;
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #environments = new Set<ProcessEnvironment>();
  readonly #idle: ProcessEnvironment[] = [];
  /** Invocations that wait for a process. */
  #queue: Waiter[] = [];
  readonly #initDurations = new DurationSample();
  readonly #durations = new DurationSample();
  readonly #counters = { invocations: 0, errors: 0, timeouts: 0, exits: 0, throttles: 0, coldStarts: 0, inFlight: 0 };
  #taskRoot: Promise<string> | undefined;
  #temporaryFolder: string | undefined;
  #starting = 0;
  #isStopped = false;
  /** Invocations that have begun, with a process or without one yet. */
  #open = 0;
  /** Told whenever an invocation ends. */
  #onInvoked: () => void = () => undefined;

  /** @throws OptionError */
  constructor(options: ProcessFunctionOptions) {
    checkOptions(options);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#concurrency = options.concurrency ?? 10;
    this.functionName = options.functionName;
    const { region = "us-east-1", accountId = "000000000000" } = options;
    this.functionArn = `arn:aws:lambda:${region}:${accountId}:function:${options.functionName}`;
    process.once("exit", this.#killAll);
  }

  /** Unpacks the code, which the first invocation does otherwise. Fails for what is not a zip. */
  async prepare(): Promise<void> {
    await this.#prepareTaskRoot();
  }

  /**
   * Unpacks the code and starts a process, which then waits for its first invocation: whether this version works at
   * all.
   * @throws FunctionError `INIT_FAILED` when the handler cannot be loaded
   */
  async initialize(): Promise<void> {
    const environment = await this.#startEnvironment();
    await environment.initialized;
    this.#release(environment);
  }

  async invoke(event: unknown, options: InvokeOptions = {}): Promise<unknown> {
    const requestId = options.requestId ?? randomUUID();
    if (this.#isStopped) throw new Error(`The function ${this.functionName} is stopped.`);
    this.#open += 1;
    try {
      return await this.#invokeOnce(event, requestId);
    } finally {
      this.#open -= 1;
      this.#onInvoked();
    }
  }

  /** Ends every process once the invocations under way and waiting are over: another version takes the next ones. */
  async retire(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onInvoked = () => {
        if (this.#open === 0) resolve();
      };
      this.#onInvoked();
    });
    await this.stop();
  }

  /** Ids of the processes alive. */
  pids(): number[] {
    return [...this.#environments].map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  stats(): ProcessFunctionStats {
    return {
      ...this.#counters,
      initDurationMs: this.#initDurations.summary(),
      durationMs: this.#durations.summary(),
      queued: this.#queue.length,
      pids: this.pids(),
    };
  }

  /** Ends every process, and with them the invocations under way; removes what was unpacked. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    process.off("exit", this.#killAll);
    for (const { reject } of this.#queue) reject(new Error(`The function ${this.functionName} was stopped.`));
    this.#queue = [];
    await Promise.all([...this.#environments].map((environment) => environment.stop()));
    if (this.#temporaryFolder !== undefined) await rm(this.#temporaryFolder, { recursive: true, force: true });
  }

  async #invokeOnce(event: unknown, requestId: string): Promise<unknown> {
    const startedAtMs = this.#clock.now();
    const environment = await this.#acquire();
    this.#counters.invocations += 1;
    this.#counters.inFlight += 1;
    try {
      // Only now: a batch may have grown while it waited for the process.
      return await environment.invoke(Buffer.from(JSON.stringify(event ?? null)), requestId);
    } catch (error) {
      this.#counters.errors += 1;
      if (error instanceof FunctionError) {
        if (error.code === "TIMED_OUT") this.#counters.timeouts += 1;
        if (error.code === "EXITED") this.#counters.exits += 1;
      }
      throw error;
    } finally {
      this.#counters.inFlight -= 1;
      this.#durations.add(this.#clock.now() - startedAtMs);
      this.#release(environment);
    }
  }

  readonly #killAll = (): void => {
    for (const environment of this.#environments) environment.kill();
  };

  /** The process at work, if it is free in time; else an idle or a new one; else the next that becomes free. */
  async #acquire(): Promise<ProcessEnvironment> {
    const { patienceMs = 0 } = this.#options;
    const isAnyAtWork = this.#environments.size + this.#starting > this.#idle.length;
    if (patienceMs > 0 && isAnyAtWork) return this.#waitFor(patienceMs);
    const another = this.#takeAnother();
    if (another !== undefined) return another;
    if (this.#options.whenBusy === "throttle") {
      this.#counters.throttles += 1;
      throw new TooManyRequestsError(
        `Rate Exceeded: all ${this.#concurrency} concurrent executions of ${this.functionName} are busy.`,
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject });
    });
  }

  /** An idle process, the one used last first; else a new one; `undefined` when there are as many as there may be. */
  #takeAnother(): Promise<ProcessEnvironment> | undefined {
    const idle = this.#idle.pop();
    if (idle !== undefined) return Promise.resolve(idle);
    return this.#environments.size + this.#starting < this.#concurrency ? this.#startEnvironment() : undefined;
  }

  async #waitFor(patienceMs: number): Promise<ProcessEnvironment> {
    let timer: unknown;
    const first = new Promise<ProcessEnvironment>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      this.#queue.push(waiter);
      timer = this.#clock.setTimeout(() => {
        const another = this.#queue.includes(waiter) ? this.#takeAnother() : undefined;
        if (another === undefined) return;
        this.#queue = this.#queue.filter((other) => other !== waiter);
        another.then(resolve, reject);
      }, patienceMs);
    });
    return first.finally(() => {
      this.#clock.clearTimeout(timer);
    });
  }

  #release(environment: ProcessEnvironment): void {
    if (environment.isDoomed || this.#isStopped) return;
    const next = this.#queue.shift();
    if (next === undefined) this.#idle.push(environment);
    else next.resolve(environment);
  }

  async #startEnvironment(): Promise<ProcessEnvironment> {
    this.#starting += 1;
    try {
      const taskRoot = await this.#prepareTaskRoot();
      const environment = this.#createEnvironment(taskRoot);
      await environment.start();
      this.#environments.add(environment);
      if (this.#isStopped) {
        await environment.stop();
        throw new Error(`The function ${this.functionName} was stopped.`);
      }
      this.#counters.coldStarts += 1;
      return environment;
    } finally {
      this.#starting -= 1;
    }
  }

  #createEnvironment(taskRoot: string): ProcessEnvironment {
    const {
      functionName,
      memoryMb = limits.DEFAULT_MEMORY_MB,
      timeoutMs = limits.DEFAULT_TIMEOUT_MS,
      onLog,
    } = this.#options;
    const environment = new ProcessEnvironment({
      clock: this.#clock,
      functionName,
      functionArn: this.functionArn,
      taskRoot,
      memoryMb,
      timeoutMs,
      variables: this.#variables(taskRoot, memoryMb),
      onLog: onLog ?? (() => undefined),
      onInitialized: (durationMs) => {
        this.#initDurations.add(durationMs);
      },
      onExit: () => {
        this.#onExit(environment);
      },
    });
    return environment;
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
  #variables(taskRoot: string, memoryMb: number): Record<string, string> {
    const { functionName, handler, environment, extraEnvironment, region = "us-east-1", credentials } = this.#options;
    return {
      ...environment,
      ...extraEnvironment,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? "local",
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? "local",
      AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split(".")[0]}.x`,
      AWS_LAMBDA_FUNCTION_NAME: functionName,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
      AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll("-", "")}`,
      LAMBDA_TASK_ROOT: taskRoot,
      _HANDLER: handler,
      LANG: "en_US.UTF-8",
      TZ: ":UTC",
    };
  }

  #onExit(environment: ProcessEnvironment): void {
    this.#environments.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index >= 0) this.#idle.splice(index, 1);
    // Its place is free: the next waiting invocation gets a new process.
    const next = this.#isStopped ? undefined : this.#queue.shift();
    if (next !== undefined) this.#startEnvironment().then(next.resolve, next.reject);
  }

  #prepareTaskRoot(): Promise<string> {
    this.#taskRoot ??= this.#unpack();
    return this.#taskRoot;
  }

  async #unpack(): Promise<string> {
    const { code, functionName } = this.#options;
    if ("folder" in code) return code.folder;
    const zip = await readZip(code);
    this.#temporaryFolder = await mkdtemp(join(tmpdir(), `${functionName.replaceAll(/[^\w-]/g, "_")}-`));
    await extractZip(zip, this.#temporaryFolder);
    return this.#temporaryFolder;
  }
}

function checkOptions(options: ProcessFunctionOptions): void {
  checkText("functionName", options.functionName);
  checkText("handler", options.handler);
  checkInteger("memoryMb", options.memoryMb ?? limits.DEFAULT_MEMORY_MB, limits.MIN_MEMORY_MB, limits.MAX_MEMORY_MB);
  checkInteger("timeoutMs", options.timeoutMs ?? limits.DEFAULT_TIMEOUT_MS, 1, limits.MAX_TIMEOUT_MS);
  checkInteger("concurrency", options.concurrency ?? 10, 1, 1_000);
  checkInteger("patienceMs", options.patienceMs ?? 0, 0, limits.MAX_TIMEOUT_MS);
  checkChoice("whenBusy", options.whenBusy ?? "queue", ["queue", "throttle"]);
}
