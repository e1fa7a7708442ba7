import { sleep } from "../clock.ts";
import { errorOf } from "../faults/answers.ts";
import { checkNumber, checkRange } from "../options.ts";
import { createRandom, type Random, randomInteger } from "../random.ts";
import { KinesisError } from "./errors.ts";
import type { Kinesis } from "./kinesis.ts";
import { execute, isWriting } from "./operations.ts";

/** The part of a client that code under test usually needs; fits wherever a `KinesisClient` is only sent commands. */
export interface InProcessClient {
  /**
   * Runs a command of `@aws-sdk/client-kinesis`.
   * @returns what the SDK would, with `$metadata`.
   * @throws KinesisError for what Kinesis refuses; an `AbortError` or `TimeoutError` as the SDK's handler does.
   */
  send<Output extends object>(command: SdkCommand<Output>, options?: SendOptions): Promise<Output>;
  /** Fails every call in flight and every later one, as a client that was destroyed does. */
  destroy(): void;
}

/** Options of one call. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal | undefined;
}

/** The part of an SDK command that the simulator needs; every `…Command` of `@aws-sdk/client-kinesis` fits. */
export interface SdkCommand<Output extends object> {
  readonly input: object;
  resolveMiddleware(...parameters: never[]): (...parameters: never[]) => Promise<{ output: Output }>;
}

/** Latency and timeout of a client in the process. */
export interface ClientOptions {
  /**
   * How long a call takes, drawn evenly from this range; half of it passes before Kinesis sees the request. Default
   * none.
   */
  readonly latencyMs?: { readonly min: number; readonly max: number };
  /**
   * Gives up after so long, as a handler with `throwOnRequestTimeout` does; what Kinesis made of the call stays
   * unknown. Default never.
   */
  readonly requestTimeoutMs?: number;
  /** Draws the latencies. Default a generator with a fixed seed. */
  readonly random?: Random;
}

/** @throws OptionError */
export function createInProcessClient(kinesis: Kinesis, options: ClientOptions): InProcessClient {
  const random = options.random ?? createRandom("kinesis-client");
  const latency = options.latencyMs ?? { min: 0, max: 0 };
  checkRange("latencyMs", latency);
  if (options.requestTimeoutMs !== undefined) {
    checkNumber("requestTimeoutMs", options.requestTimeoutMs, 1, Number.MAX_SAFE_INTEGER);
  }
  let isDestroyed = false;

  async function call(name: string, input: object): Promise<object> {
    if (isDestroyed) throw connectionError("The client was destroyed.", "ERR_CLIENT_DESTROYED");
    const latencyMs = randomInteger(random, latency.min, latency.max);
    const fault = kinesis.faults?.call(name);
    const requestId = kinesis.nextRequestId();
    const there = Math.floor(latencyMs / 2);
    if (there > 0) await sleep(kinesis.clock, there);
    if (fault?.kind === "slow") await sleep(kinesis.clock, fault.delayBeforeMs);
    if (fault?.kind === "reject") throw new KinesisError(fault.code, fault.message, { requestId });
    if (fault?.kind === "answer" && !fault.isCarriedOut) throw errorOf(fault.answer, requestId);
    if (fault?.kind === "reset-before") throw connectionError("socket hang up", "ECONNRESET");

    let output: object = {};
    let refusal: KinesisError | undefined;
    try {
      output = execute(kinesis, name, input) ?? {};
      if (kinesis.isStored && isWriting(name)) await kinesis.committed();
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      refusal = new KinesisError(error.code, error.message, { requestId });
    }
    const back = latencyMs - there;
    if (back > 0) await sleep(kinesis.clock, back);
    if (fault?.kind === "slow") await sleep(kinesis.clock, fault.delayAfterMs);
    if (fault?.kind === "reset-after") throw connectionError("socket hang up", "ECONNRESET");
    if (fault?.kind === "fail-after") throw new KinesisError(fault.code, fault.message, { requestId });
    if (fault?.kind === "answer") throw errorOf(fault.answer, requestId);
    if (refusal !== undefined) throw refusal;
    return { ...output, $metadata: { httpStatusCode: 200, requestId, attempts: 1, totalRetryDelay: 0 } };
  }

  return {
    send<Output extends object>(command: SdkCommand<Output>, sendOptions: SendOptions = {}): Promise<Output> {
      const name = operationName(command);
      const signal = sendOptions.abortSignal;
      if (signal?.aborted === true) return Promise.reject(abortError());
      return new Promise<Output>((resolve, reject) => {
        const timer =
          options.requestTimeoutMs === undefined
            ? undefined
            : kinesis.clock.setTimeout(() => {
                finish();
                kinesis.trace?.record("client.timeout", { operation: name });
                reject(
                  Object.assign(new Error(`The request did not complete within ${options.requestTimeoutMs ?? 0} ms.`), {
                    name: "TimeoutError",
                    $metadata: transportMetadata,
                  }),
                );
              }, options.requestTimeoutMs);
        const onAbort = () => {
          finish();
          reject(abortError());
        };
        function finish() {
          if (timer !== undefined) kinesis.clock.clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
        }
        signal?.addEventListener("abort", onAbort, { once: true });
        call(name, command.input)
          .finally(finish)
          .then((output) => {
            resolve(output as Output);
          }, reject);
      });
    },
    destroy() {
      isDestroyed = true;
    },
  };
}

const transportMetadata = { attempts: 1, totalRetryDelay: 0 } as const;

/**
 * Named as `NodeHttpHandler` names connection errors: https://github.com/smithy-lang/smithy-typescript,
 * node-http-handler.
 */
function connectionError(message: string, code: string): Error {
  return Object.assign(new Error(message), { name: "TimeoutError", code, $metadata: transportMetadata });
}

function abortError(): Error {
  return Object.assign(new Error("Request aborted"), { name: "AbortError", $metadata: transportMetadata });
}

/** Returns the operation of a command, by its schema: class names do not survive minification. */
function operationName(command: object): string {
  const schema = (command as { readonly schema?: unknown }).schema;
  if (Array.isArray(schema) && typeof schema[2] === "string") return schema[2];
  return command.constructor.name.replace(/Command$/, "");
}
