import { type Clock, LONGEST_DELAY_MS, systemClock, systemRandom } from "./time/clock.ts";
import { InvalidOptionError } from "./errors.ts";
import { LARGEST_MAX_RECORD_BYTES, MAX_REQUEST_BYTES } from "./limits.ts";
import type { StreamIdentity } from "./stream/stream-identity.ts";
import type { KinesisSender, PutOptions, PutRecordsHooks, PutRecordsOptions } from "./types.ts";

/** {@link PutRecordsOptions}, checked and complete. */
export interface ResolvedOptions {
  readonly client: KinesisSender;
  readonly stream: StreamIdentity;
  readonly isOrderedPerKey: boolean;
  readonly maxInFlightBytes: number;
  readonly maxConcurrentRequests: number;
  readonly lingerMs: number;
  readonly timeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxAttempts: number;
  readonly isRetryingAmbiguous: boolean;
  readonly maxRecordBytes: number | undefined;
  readonly hooks: PutRecordsHooks;
  readonly clock: Clock;
  readonly random: () => number;
}

const DEFAULTS = {
  maxInFlightBytes: 64 * 1024 * 1024,
  maxConcurrentRequests: 8,
  lingerMs: 10,
  timeoutMs: 30_000,
  requestTimeoutMs: 5000,
  maxAttempts: Number.POSITIVE_INFINITY,
};

function expected(name: string, wanted: string, value: unknown): InvalidOptionError {
  return new InvalidOptionError(`Expected \`${name}\` to be ${wanted}, got ${String(value)} (${typeof value}).`);
}

type NumberOption = keyof typeof DEFAULTS | "maxRecordBytes";

function checkNumber(
  options: PutRecordsOptions,
  name: NumberOption,
  min: number,
  max = Number.POSITIVE_INFINITY,
): void {
  const value: unknown = options[name];
  if (value === undefined) return;
  if (typeof value !== "number" || Number.isNaN(value) || value < min || value > max) {
    const range = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `between ${min} and ${max}`;
    throw expected(name, `a number ${range}`, value);
  }
}

function checkOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || (typeof value === "string" && allowed.includes(value))) return;
  throw expected(name, `one of ${allowed.map((word) => JSON.stringify(word)).join(", ")}`, value);
}

function checkObject(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null) throw expected(name, "an object", value);
}

function checkMethods(name: string, value: unknown, methods: readonly string[]): void {
  if (value === undefined) return;
  checkObject(name, value);
  const missing = methods.find((method) => typeof (value as Record<string, unknown>)[method] !== "function");
  if (missing !== undefined) throw expected(name, `an object with ${methods.map((m) => `\`${m}\``).join(", ")}`, value);
}

/** @throws {InvalidOptionError} for options of one `put` or `send`. */
export function checkPutOptions(options: PutOptions): void {
  checkObject("options", options);
  const { deadline, signal, onFull } = options;
  if (deadline !== undefined && (typeof deadline !== "number" || Number.isNaN(deadline))) {
    throw new InvalidOptionError(`Expected \`deadline\` to be epoch milliseconds, got ${String(deadline)}.`);
  }
  checkMethods("signal", signal, ["addEventListener", "removeEventListener"]);
  checkOneOf("onFull", onFull, ["wait", "refuse"]);
}

function identify({ streamName, streamArn }: PutRecordsOptions): StreamIdentity {
  // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html: a name is [a-zA-Z0-9_.-]{1,128}.
  if (streamName !== undefined && !/^[\w.-]{1,128}$/.test(streamName)) {
    throw expected("streamName", "1 to 128 characters of a-z, A-Z, 0-9, _, - and .", streamName);
  }
  if (streamArn !== undefined && !/^arn:[^:]*:kinesis:[^:]*:\d{12}:stream\/[\w.-]{1,128}$/.test(streamArn)) {
    throw expected("streamArn", "arn:<partition>:kinesis:<region>:<account>:stream/<name>", streamArn);
  }
  if (streamArn !== undefined) return { input: { StreamARN: streamArn }, label: streamArn };
  if (streamName !== undefined) return { input: { StreamName: streamName }, label: streamName };
  throw new InvalidOptionError("Expected `streamName` or `streamArn` to be given, got neither.");
}

/** @throws {InvalidOptionError} naming the option, what it may be and what it was. */
export function resolveOptions(options: PutRecordsOptions): ResolvedOptions {
  checkObject("options", options);
  const client: unknown = options.client;
  if (typeof (client as KinesisSender | undefined)?.send !== "function") {
    throw expected("client", "a KinesisClient (an object with `send`)", client);
  }
  checkNumber(options, "maxInFlightBytes", 1);
  checkNumber(options, "maxConcurrentRequests", 1);
  checkNumber(options, "lingerMs", 0);
  checkNumber(options, "timeoutMs", 1);
  checkNumber(options, "requestTimeoutMs", 1);
  checkNumber(options, "maxAttempts", 1);
  checkNumber(options, "maxRecordBytes", 1, Math.min(LARGEST_MAX_RECORD_BYTES, MAX_REQUEST_BYTES));
  checkOneOf("ordering", options.ordering, ["none", "per-key"]);
  checkOneOf("onAmbiguous", options.onAmbiguous, ["retry", "fail"]);
  checkMethods("hooks", options.hooks, []);
  checkMethods("clock", options.clock, ["now", "setTimeout", "clearTimeout"]);
  const random: unknown = options.random;
  if (random !== undefined && typeof random !== "function") throw expected("random", "a function", random);
  return {
    client: options.client,
    stream: identify(options),
    isOrderedPerKey: options.ordering === "per-key",
    maxInFlightBytes: options.maxInFlightBytes ?? DEFAULTS.maxInFlightBytes,
    maxConcurrentRequests: options.maxConcurrentRequests ?? DEFAULTS.maxConcurrentRequests,
    // `Infinity` means no limit. It is cut, because a Node timer with too long a delay fires after 1 ms.
    lingerMs: Math.min(options.lingerMs ?? DEFAULTS.lingerMs, LONGEST_DELAY_MS),
    timeoutMs: options.timeoutMs ?? DEFAULTS.timeoutMs,
    requestTimeoutMs: Math.min(options.requestTimeoutMs ?? DEFAULTS.requestTimeoutMs, LONGEST_DELAY_MS),
    maxAttempts: options.maxAttempts ?? DEFAULTS.maxAttempts,
    isRetryingAmbiguous: options.onAmbiguous !== "fail",
    maxRecordBytes: options.maxRecordBytes,
    hooks: options.hooks ?? {},
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
