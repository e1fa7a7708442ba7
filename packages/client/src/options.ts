import { type Clock, systemClock } from "./clock.ts";
import { InvalidOptionError } from "./errors.ts";
import { MAX_DELAY_MS, MAX_EVENT_BYTES, MAX_REQUEST_BYTES, MAX_REQUEST_EVENTS } from "./limits.ts";
import type { ClientOptions } from "./types.ts";

/** {@link ClientOptions}, checked and complete. */
export interface ResolvedOptions
  extends Required<Omit<ClientOptions, "url" | "dataschemas" | "attributes" | "onAccept" | "onDrop" | "onRetry">> {
  /** `POST` of events goes there. */
  readonly url: string;
  readonly dataschemas: Readonly<Record<string, string | undefined>>;
  readonly attributes: ClientOptions["attributes"];
  readonly onAccept: ClientOptions["onAccept"];
  readonly onDrop: ClientOptions["onDrop"];
  readonly onRetry: ClientOptions["onRetry"];
}

/** Defaults that a page and a process do not share. */
export interface PlatformDefaults {
  readonly maxBatchBytes: number;
  readonly lingerMs: number;
  readonly maxConcurrentRequests: number;
}

function expected(name: string, wanted: string, value: unknown): InvalidOptionError {
  return new InvalidOptionError(`Expected \`${name}\` to be ${wanted}, got ${String(value)} (${typeof value}).`);
}

/** @throws InvalidOptionError naming the option, what it may be and what it was. */
export function resolveOptions(options: ClientOptions, defaults: PlatformDefaults): ResolvedOptions {
  const given: unknown = options;
  if (typeof given !== "object" || given === null) throw expected("options", "an object", given);

  const pick = <T>(name: keyof ClientOptions, type: string, wanted: string, fallback: T): T => {
    const value: unknown = options[name];
    if (value === undefined) return fallback;
    if (typeof value !== type || value === null) throw expected(name, wanted, value);
    return value as T;
  };
  const number = (name: keyof ClientOptions, min: number, max: number, fallback: number): number => {
    const wanted = `a number from ${min} to ${max}`;
    const value = pick(name, "number", wanted, fallback);
    if (!(value >= min && value <= max)) throw expected(name, wanted, value);
    return value;
  };
  const text = (name: "writeKey" | "source", pattern: RegExp, wanted: string): string => {
    const value: unknown = options[name];
    if (typeof value !== "string" || !pattern.test(value)) throw expected(name, wanted, value);
    return value;
  };
  const hook = <N extends "attributes" | "onAccept" | "onDrop" | "onRetry">(name: N): ClientOptions[N] =>
    pick<ClientOptions[N] | undefined>(name, "function", "a function", undefined) as ClientOptions[N];

  return {
    url: readUrl(options.url),
    // A key goes into a header, which takes nothing else.
    writeKey: text("writeKey", /^[!-~]+$/, "printable ASCII characters"),
    source: text("source", /./, "a URI reference"),
    dataschemas: pick("dataschemas", "object", "an object", {}),
    attributes: hook("attributes"),
    maxBatchEvents: number("maxBatchEvents", 1, MAX_REQUEST_EVENTS, MAX_REQUEST_EVENTS),
    maxBatchBytes: number("maxBatchBytes", 1, MAX_REQUEST_BYTES, defaults.maxBatchBytes),
    lingerMs: number("lingerMs", 0, MAX_DELAY_MS, defaults.lingerMs),
    maxQueueEvents: number("maxQueueEvents", 1, Number.MAX_SAFE_INTEGER, 10_000),
    maxQueueBytes: number("maxQueueBytes", MAX_EVENT_BYTES, Number.MAX_SAFE_INTEGER, 8_388_608),
    maxAgeMs: number("maxAgeMs", 1, Number.MAX_SAFE_INTEGER, 604_800_000),
    requestTimeoutMs: number("requestTimeoutMs", 1, MAX_DELAY_MS, 30_000),
    maxConcurrentRequests: number("maxConcurrentRequests", 1, 100, defaults.maxConcurrentRequests),
    gzip: pick("gzip", "boolean", "true or false", true),
    persist: pick("persist", "boolean", "true or false", true),
    onAccept: hook("onAccept"),
    onDrop: hook("onDrop"),
    onRetry: hook("onRetry"),
    // Looked up at each call, so that tracing libraries may wrap it later.
    fetch: pick("fetch", "function", "a function", (input, init) => globalThis.fetch(input, init)),
    clock: pick<Clock>("clock", "object", "an object with `now`, `setTimeout`, `clearTimeout`", systemClock),
    random: pick("random", "function", "a function", Math.random),
  };
}

function readUrl(value: unknown): string {
  try {
    const url = new URL(String(value));
    if (typeof value === "string" && /^https?:$/.test(url.protocol)) {
      return `${url.origin}${url.pathname.replace(/\/$/, "")}/v1/events`;
    }
  } catch {
    // Told below, like an address of another protocol.
  }
  throw expected("url", "an absolute URL of http or https", value);
}
