import type { Clock } from "../../clock.ts";
import { systemClock } from "../../clock.ts";
import { checkFunction, checkInteger, checkText } from "../../options.ts";
import { createRandom, type Random, randomInteger } from "../../random.ts";
import type { Trace } from "../../trace.ts";
import { createUuid } from "../../uuid.ts";
import { FunctionError, type FunctionRuntime, type InvokeOptions, TooManyRequestsError } from "../function-error.ts";
import * as limits from "../limits.ts";
import { copyJson } from "./copy-json.ts";
import { type ExecutionEnvironment, InProcessEnvironment } from "./execution-environment.ts";
import {
  checkFunctionFaults,
  drawCall,
  drawInvocationFault,
  type FunctionFaultRates,
  type InvocationFault,
} from "./function-faults.ts";

/** The second argument of a handler: the part of Lambda's context that means something here. */
export interface InvocationContext {
  /** Name of the function. */
  readonly functionName: string;
  /** Versions are not modelled. */
  readonly functionVersion: "$LATEST";
  /** ARN of the function. */
  readonly invokedFunctionArn: string;
  /** MiB in decimal digits, as Lambda gives it. */
  readonly memoryLimitInMB: string;
  /** UUID of the invocation. */
  readonly awsRequestId: string;
  /** `/aws/lambda/` and the name. */
  readonly logGroupName: string;
  /** `local/[$LATEST]` and the id of the environment. */
  readonly logStreamName: string;
  /** Without effect: handlers return promises here. */
  readonly callbackWaitsForEmptyEventLoop: boolean;
  /** Milliseconds until the timeout, by the function's clock. */
  getRemainingTimeInMillis(): number;
}

/** Handler of a function that runs in the process. */
export type InProcessHandler<Event> = (event: Event, context: InvocationContext) => unknown;

/** Milliseconds: always the same, or drawn from a range for each occurrence. */
export type DelayRange = number | { readonly min: number; readonly max: number };

/** Clock, limits and faults of a function that runs in the process. */
export interface InProcessFunctionOptions<Event> {
  /** In its ARN and its context. */
  readonly functionName: string;
  /**
   * Runs once for each execution environment, as the module scope of a handler does: what it makes lives as long as the
   * environment. Everything it waits for has to come through `environment.clock` and `environment.connect`, or a crash
   * could not stop it.
   */
  readonly createHandler: (
    environment: ExecutionEnvironment,
  ) => InProcessHandler<Event> | Promise<InProcessHandler<Event>>;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Draws delays and faults. Default: a generator seeded with the name. */
  readonly random?: Random;
  /** Default 3,000, as on AWS. */
  readonly timeoutMs?: number;
  /** MiB that the context tells; nothing limits the memory. Default 128. */
  readonly memoryMb?: number;
  /** In its ARN. Default `us-east-1`. */
  readonly region?: string;
  /** Twelve digits, in its ARN. Default `000000000000`. */
  readonly accountId?: string;
  /** Time an environment takes to come up. Default 0. */
  readonly initDurationMs?: DelayRange;
  /** Time an invocation takes before the handler is called. Default 0. */
  readonly invokeDelayMs?: DelayRange;
  /** Invocations at a time; more are refused as by a reserved concurrency. Default 1,000. */
  readonly concurrency?: number;
  /** How often an invocation fails in each way, 0 to 1. Default none. */
  readonly faults?: FunctionFaultRates;
  /** How far the clock of each environment is off, at most, either way. Default 0. */
  readonly maxClockSkewMs?: number;
  /** Told of invocations that were cut off, and of faults. Default none. */
  readonly trace?: Trace;
}

/** Counts of a function since it began. */
export interface InProcessFunctionStats {
  /** Invocations that were let in; refused ones count as throttles. */
  readonly invocations: number;
  /** Invocations that ended in a function error of any kind. */
  readonly errors: number;
  /** Invocations that were ended after `timeoutMs`. */
  readonly timeouts: number;
  /** Invocations refused for want of concurrency. */
  readonly throttles: number;
  /** Execution environments that were made. */
  readonly coldStarts: number;
  /** Invocations that have not ended. */
  readonly inFlight: number;
  /** Faults that came about, by kind. */
  readonly faults: Readonly<Record<InvocationFault | "initFailure" | "recycle", number>>;
}

/**
 * A Lambda function inside this process, for the virtual clock: environments that start, freeze, are reused, crash
 * before, during and after their writes, hang until their time is over, and lose all they remembered.
 *
 * @example
 * ```ts
 * const enrichment = new InProcessFunction<KinesisStreamEvent>({
 *   functionName: "enrichment", clock, random, faults: { crashDuring: 0.02 },
 *   createHandler: (environment) => createHandler({ client: environment.connect(kinesis.client()), clock: environment.clock }),
 * });
 * new EventSourceMapping({ kinesis, clock, streamArn, invoke: (event, options) => enrichment.invoke(event, options) });
 * ```
 */
export class InProcessFunction<Event = unknown> implements FunctionRuntime {
  readonly functionName: string;
  readonly functionArn: string;
  readonly #options: InProcessFunctionOptions<Event>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timeoutMs: number;
  readonly #faults: FunctionFaultRates;
  readonly #idle: { readonly environment: InProcessEnvironment; readonly handler: InProcessHandler<Event> }[] = [];
  readonly #counters = { invocations: 0, errors: 0, timeouts: 0, throttles: 0, coldStarts: 0, inFlight: 0 };
  readonly #faultCounts = { crashBefore: 0, crashDuring: 0, crashAfter: 0, hang: 0, initFailure: 0, recycle: 0 };

  /** @throws OptionError */
  constructor(options: InProcessFunctionOptions<Event>) {
    checkText("functionName", options.functionName);
    checkFunction("createHandler", options.createHandler);
    this.#options = options;
    this.functionName = options.functionName;
    const { region = "us-east-1", accountId = "000000000000" } = options;
    this.functionArn = `arn:aws:lambda:${region}:${accountId}:function:${options.functionName}`;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? createRandom(options.functionName);
    this.#timeoutMs = options.timeoutMs ?? limits.DEFAULT_TIMEOUT_MS;
    this.#faults = options.faults ?? {};
    checkInteger("timeoutMs", this.#timeoutMs, 1, limits.MAX_TIMEOUT_MS);
    checkInteger("concurrency", options.concurrency ?? 1_000, 0, 1_000_000);
    checkFunctionFaults(this.#faults);
  }

  async invoke(event: Event, options: InvokeOptions = {}): Promise<unknown> {
    const requestId = options.requestId ?? createUuid(this.#random);
    if (this.#counters.inFlight >= (this.#options.concurrency ?? 1_000)) {
      this.#counters.throttles += 1;
      throw new TooManyRequestsError(`Rate Exceeded: the concurrency of ${this.functionName} is used up.`);
    }
    this.#counters.invocations += 1;
    this.#counters.inFlight += 1;
    try {
      return await this.#run(event, requestId);
    } catch (error) {
      this.#counters.errors += 1;
      throw error;
    } finally {
      this.#counters.inFlight -= 1;
    }
  }

  stats(): InProcessFunctionStats {
    return { ...this.#counters, faults: { ...this.#faultCounts } };
  }

  async #run(event: Event, requestId: string): Promise<unknown> {
    const { environment, handler } = await this.#acquire(requestId);
    const delayMs = this.#draw(this.#options.invokeDelayMs);
    if (delayMs > 0) await this.#sleep(delayMs);
    const fault = drawInvocationFault(this.#faults, this.#random);
    return new Promise((resolve, reject) => {
      const invocation = new Invocation(this.#clock, this.#timeoutMs, (error) => {
        environment.end();
        if (error.code === "TIMED_OUT") this.#counters.timeouts += 1;
        this.#options.trace?.record("function.end", { function: this.functionName, how: error.errorType });
        reject(error);
      });
      const exit = (kind: InvocationFault) => {
        this.#count(kind);
        invocation.fail(exited(requestId));
      };
      if (fault === "crashBefore") {
        exit(fault);
        return;
      }
      environment.thaw(this.#interruption(fault, environment, exit));
      invocation.start(requestId);
      // A copy, as between Lambda and a process: nothing can be shared by mistake.
      const given = copyJson(event) as Event;
      const context = this.#createContext(environment, requestId, invocation.deadlineMs);
      Promise.resolve()
        .then(() => handler(given, context))
        .then(
          (result) => {
            if (invocation.isOver || environment.hasEnded) return;
            if (fault === "crashAfter") {
              exit(fault);
              return;
            }
            invocation.end();
            environment.freeze();
            this.#idle.push({ environment, handler });
            resolve(copyJson(result ?? null));
          },
          (error: unknown) => {
            if (invocation.isOver || environment.hasEnded) return;
            invocation.end();
            environment.freeze();
            this.#idle.push({ environment, handler });
            reject(unhandled(error, requestId));
          },
        );
    });
  }

  #interruption(
    fault: InvocationFault | undefined,
    environment: InProcessEnvironment,
    exit: (kind: InvocationFault) => void,
  ) {
    if (fault !== "crashDuring" && fault !== "hang") return undefined;
    const run = () => {
      if (fault === "crashDuring") {
        exit(fault);
        return;
      }
      this.#count("hang");
      environment.freeze();
    };
    return { ...drawCall(this.#random), run };
  }

  /** The environment used last, or a new one. */
  async #acquire(requestId: string) {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      if (!this.#isDrawn(this.#faults.recycle)) return idle;
      this.#count("recycle");
      idle.environment.end();
    }
    return this.#coldStart(requestId);
  }

  async #coldStart(requestId: string) {
    this.#counters.coldStarts += 1;
    const skewMs = Math.round((this.#random() * 2 - 1) * (this.#options.maxClockSkewMs ?? 0));
    const id = this.#counters.coldStarts;
    const environment = new InProcessEnvironment({ id, clock: this.#clock, random: this.#random, skewMs });
    const delayMs = this.#draw(this.#options.initDurationMs);
    if (delayMs > 0) await this.#sleep(delayMs);
    if (this.#isDrawn(this.#faults.initFailure)) {
      this.#count("initFailure");
      environment.end();
      throw new FunctionError("INIT_FAILED", "Runtime.ExitError", "Fault: the environment did not come up.", requestId);
    }
    try {
      return { environment, handler: await this.#options.createHandler(environment) };
    } catch (error) {
      environment.end();
      const { errorType, message } = describe(error);
      throw new FunctionError("INIT_FAILED", errorType, message, requestId, { cause: error });
    }
  }

  #createContext(environment: InProcessEnvironment, requestId: string, deadlineMs: number): InvocationContext {
    return {
      functionName: this.functionName,
      functionVersion: "$LATEST",
      invokedFunctionArn: this.functionArn,
      memoryLimitInMB: String(this.#options.memoryMb ?? limits.DEFAULT_MEMORY_MB),
      awsRequestId: requestId,
      logGroupName: `/aws/lambda/${this.functionName}`,
      logStreamName: `local/[$LATEST]${environment.id}`,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - this.#clock.now()),
    };
  }

  #count(kind: InvocationFault | "initFailure" | "recycle"): void {
    this.#faultCounts[kind] += 1;
    this.#options.trace?.record("function.fault", { function: this.functionName, kind });
  }

  #isDrawn(rate = 0): boolean {
    return rate > 0 && this.#random() < rate;
  }

  #draw(range: DelayRange = 0): number {
    return typeof range === "number" ? range : randomInteger(this.#random, range.min, range.max);
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, delayMs);
    });
  }
}

/** The time of one invocation, and its end, which comes once. */
class Invocation {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onFail: (error: FunctionError) => void;
  #timer: unknown;
  #isOver = false;
  deadlineMs = 0;

  constructor(clock: Clock, timeoutMs: number, onFail: (error: FunctionError) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onFail = onFail;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  start(requestId: string): void {
    this.deadlineMs = this.#clock.now() + this.#timeoutMs;
    this.#timer = this.#clock.setTimeout(() => {
      const message = `${requestId} Task timed out after ${(this.#timeoutMs / 1_000).toFixed(2)} seconds`;
      this.fail(new FunctionError("TIMED_OUT", "Sandbox.Timedout", message, requestId));
    }, this.#timeoutMs);
  }

  end(): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
  }

  fail(error: FunctionError): void {
    if (this.#isOver) return;
    this.end();
    this.#onFail(error);
  }
}

function exited(requestId: string): FunctionError {
  const message = `RequestId: ${requestId} Error: Runtime exited: signal: SIGKILL`;
  return new FunctionError("EXITED", "Runtime.ExitError", message, requestId);
}

function unhandled(error: unknown, requestId: string): FunctionError {
  const { errorType, message } = describe(error);
  return new FunctionError("UNHANDLED", errorType, message, requestId, { cause: error });
}

function describe(error: unknown): { errorType: string; message: string } {
  return error instanceof Error
    ? { errorType: error.name, message: error.message }
    : { errorType: "Error", message: String(error) };
}
