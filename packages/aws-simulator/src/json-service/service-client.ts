import { sleep } from "../clock.ts";
import { createRandom, type Random, randomInteger } from "../random.ts";
import { ServiceError } from "./errors.ts";
import type { JsonService } from "./json-service.ts";

/** The answer of a service, as it is on the wire. */
export interface ServiceAnswer {
  /** HTTP status. */
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** A call of an operation over the wire, without the wire. Rejects where a connection would break. */
export type ServiceCall = (operation: string, input: object, signal?: AbortSignal) => Promise<ServiceAnswer>;

/** Latency of a client in the process. */
export interface ServiceClientOptions {
  /** How long a call takes, drawn evenly; half of it passes before the service sees the request. Default none. */
  readonly latencyMs?: { readonly min: number; readonly max: number };
  /** Draws the latencies. Default a generator with a fixed seed. */
  readonly random?: Random;
}

/** Calls the model under its clock, with its faults. */
export function createServiceClient(service: JsonService, options: ServiceClientOptions = {}): ServiceCall {
  const random = options.random ?? createRandom(`${service.name}-client`);
  const latency = options.latencyMs ?? { min: 0, max: 0 };
  const { clock } = service;

  const call = async (operation: string, text: string): Promise<ServiceAnswer> => {
    const latencyMs = randomInteger(random, latency.min, latency.max);
    const { fault, delayMs } = service.faults?.call() ?? { fault: undefined, delayMs: 0 };
    const there = Math.floor(latencyMs / 2);
    if (there + delayMs > 0) await sleep(clock, there + delayMs);
    if (fault === "throttle") return errorAnswer(new ServiceError("ThrottlingException", "Rate exceeded"));
    if (fault === "serverErrorBefore") return errorAnswer(internalFailure());
    if (fault === "resetBefore") throw brokenConnection();
    const answer = executeText(service, operation, text);
    if (latencyMs > there) await sleep(clock, latencyMs - there);
    if (fault === "serverErrorAfter") return errorAnswer(internalFailure());
    if (fault === "resetAfter") throw brokenConnection();
    return answer;
  };

  return (operation, input, signal) =>
    new Promise((resolve, reject) => {
      const abort = (): void => reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
      if (signal?.aborted === true) {
        abort();
        return;
      }
      signal?.addEventListener("abort", abort, { once: true });
      call(operation, JSON.stringify(input))
        .finally(() => signal?.removeEventListener("abort", abort))
        .then(resolve, reject);
    });
}

/** Carries out one request and puts its outcome, or what the service refuses it with, into an answer. */
export function executeText(service: JsonService, operation: string | undefined, text: string): ServiceAnswer {
  try {
    if (operation === undefined) throw new ServiceError("MissingAction", "The request names no operation.");
    return { status: 200, body: JSON.stringify(service.execute(operation, parse(text))) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return errorAnswer(error);
  }
}

export function errorAnswer({ code, message, $metadata }: ServiceError): ServiceAnswer {
  return { status: $metadata.httpStatusCode, body: JSON.stringify({ __type: code, message }) };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    throw new ServiceError("SerializationException", "The request body is not valid JSON.");
  }
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
}

const internalFailure = (): ServiceError => new ServiceError("InternalFailure", "Internal service failure.", 500);

const brokenConnection = (): Error => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
