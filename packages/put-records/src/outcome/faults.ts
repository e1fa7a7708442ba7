import { isThrottlingError } from "@smithy/core/retry";
import {
  CancelledError,
  CredentialsError,
  ExpiredError,
  InternalFailureError,
  InvalidRequestError,
  OutcomeUnknownError,
  OversizedRecordError,
  PredecessorFailedError,
  type PutRecordsError,
  RefusedError,
  RequestTooLargeError,
  StreamKeyError,
  StreamNotFoundError,
  ThrottledError,
  UnavailableError,
} from "../errors.ts";
import type { FailureReason } from "../types.ts";

/**
 * The next step for the records of a failed attempt. `again`: send the same request later. `apart`: send its halves,
 * because one record may have spoilt it for the rest. `smaller`: send requests of fewer bytes. `none`: this client can
 * do nothing.
 */
type Remedy = "none" | "again" | "apart" | "smaller";

/** Why one attempt failed, and what follows from it. */
export interface Fault {
  readonly reason: FailureReason;
  /** The attempt may have stored the record although it was not confirmed. */
  readonly isAmbiguous: boolean;
  readonly remedy: Remedy;
  readonly cause: unknown;
  toError(attempts: number): PutRecordsError;
}

interface ErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: unknown;
    readonly clockSkewCorrected?: unknown;
    readonly attempts?: unknown;
  };
  readonly $response?: { readonly statusCode?: unknown };
}

/** The service failed, whatever status a gateway gave its words: the records may be stored. */
const serviceFailureNames = new Set([
  "InternalError",
  "InternalFailure",
  "InternalFailureException",
  "InternalServerError",
  "InternalServerException",
  "ServiceUnavailable",
  "ServiceUnavailableException",
]);

/** Somebody waited for somebody else; which of them had the request by then is not said. */
const timeoutNames = new Set(["RequestTimeout", "RequestTimeoutException"]);

/** The signature's time was wrong. The SDK takes the server's time over from every answer. */
const clockNames = new Set(["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"]);

const credentialNames = new Set([
  "AccessDeniedException",
  "AuthFailure",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "NotAuthorized",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "UnrecognizedClientException",
]);

const invalidInputNames = new Set(["InvalidArgumentException", "SerializationException", "ValidationException"]);

/** Names the SDK gives to answers in which Kinesis named no error: no body, no JSON, no `__type`. */
const namesOfNothing = new Set(["", "Error", "SyntaxError", "Unknown", "UnknownError"]);

/**
 * A proxy answers with these in place of passing the request on, so the records are not stored. 408 and 425 are not
 * among them.
 */
const refusedOnTheWay = new Set([401, 403, 405, 407, 411, 413, 414, 417, 421, 426, 429, 431, 451]);

function statusOf(error: ErrorShape): number | undefined {
  const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** `Name: message` of whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return String(error);
}

/** Without its full stop, so that it fits into a sentence of ours. */
function unstopped(text: string): string {
  return text.endsWith(".") ? text.slice(0, -1) : text;
}

function tries(attempts: number): string {
  return attempts === 1 ? "after 1 attempt" : `after ${attempts} attempts`;
}

/** Kinesis answers in JSON and names the error; anything else comes from something between it and this client. */
function describeAnswer(thrown: unknown, name: string | undefined, status: number): string {
  return name === undefined ? `status ${status} without an error of Kinesis` : describeError(thrown);
}

const plain = { isAmbiguous: false, remedy: "again" } as const;

/** The shard or the stream would not take the record now. Surely not stored. */
export function throttled(message: string, cause?: unknown): Fault {
  return {
    ...plain,
    reason: "throttled",
    cause,
    toError: (attempts) =>
      new ThrottledError(
        `Kinesis throttled the record until attempts or time ran out, ${tries(attempts)}: ${unstopped(message)}. Add shards, spread the partition keys, or allow more time.`,
        { cause },
      ),
  };
}

/** The record was answered with an error other than throttling; AWS does not say whether it is stored. */
export function internalFailure(code: string, message: string): Fault {
  return {
    ...plain,
    reason: "internal",
    isAmbiguous: true,
    cause: undefined,
    toError: (attempts) =>
      new InternalFailureError(
        `Kinesis answered ${code} for the record ${tries(attempts)}: ${unstopped(message)}. It may be stored; readers must dedupe.`,
      ),
  };
}

/** No usable answer: the record may or may not be stored. */
export function outcomeUnknown(what: string, cause: unknown): Fault {
  return {
    ...plain,
    reason: "unknown",
    isAmbiguous: true,
    cause,
    toError: (attempts) =>
      new OutcomeUnknownError(`${what} ${tries(attempts)}. The record may be stored; readers must dedupe.`, { cause }),
  };
}

/** The request was turned away, or never left: the records are not stored, and nothing is said about them. */
function unavailable(what: (attempts: number) => string, cause: unknown): Fault {
  return {
    ...plain,
    reason: "unavailable",
    cause,
    toError: (attempts) => new UnavailableError(what(attempts), { cause }),
  };
}

function rejected(toError: (attempts: number) => PutRecordsError, cause: unknown, remedy: Remedy = "none"): Fault {
  return { isAmbiguous: false, remedy, reason: "rejected", cause, toError };
}

/** Kinesis refuses every request as invalid, so no record of theirs is the cause. */
export function invalidRequest(stream: string, cause: unknown): Fault {
  return rejected(
    () =>
      new InvalidRequestError(
        `Kinesis refuses the requests to stream ${stream} as invalid, whatever records they hold (${unstopped(describeError(cause))}). Check the stream's name and ARN, the endpoint, and proxies that change requests.`,
        { cause },
      ),
    cause,
  );
}

/** The deadline came before any attempt. */
export const expired: Fault = {
  isAmbiguous: false,
  remedy: "none",
  reason: "expired",
  cause: undefined,
  toError: () =>
    new ExpiredError("The deadline passed before the record was sent. It is not stored; allow more time or send less."),
};

/** The stream does not take records of this size. */
export function oversized(message: string): Fault {
  return {
    isAmbiguous: false,
    remedy: "none",
    reason: "oversized",
    cause: undefined,
    toError: () => new OversizedRecordError(message),
  };
}

/** The caller aborted. */
export function cancelled(cause: unknown): Fault {
  return {
    isAmbiguous: false,
    remedy: "none",
    reason: "cancelled",
    cause,
    toError: (attempts) => new CancelledError(`Cancelled by the caller's signal ${tries(attempts)}.`, { cause }),
  };
}

/** Ordering per key: the record in front failed in a way that lets the caller send it again. */
export function predecessorFailed(cause: PutRecordsError): Fault {
  return {
    isAmbiguous: false,
    remedy: "none",
    reason: "cancelled",
    cause,
    toError: () =>
      new PredecessorFailedError(
        "Not sent: an earlier record with the same partition key failed, and ordering is per key. Send both again, in order.",
        { cause },
      ),
  };
}

/**
 * Returns the fault that a failed call means for its records. A refused request and a request that never left this
 * machine stored nothing; the outcome of every other failure is unknown. Attempts that the SDK made before the reported
 * one are unknown too.
 */
export function classifyCallError(thrown: unknown, stream: string): Fault {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as ErrorShape;
  const attempts = error.$metadata?.attempts;
  const fault = classifyLastAttempt(error, thrown, stream);
  return typeof attempts === "number" && attempts > 1 ? { ...fault, isAmbiguous: true } : fault;
}

function classifyLastAttempt(error: ErrorShape, thrown: unknown, stream: string): Fault {
  const name = typeof error.name === "string" && !namesOfNothing.has(error.name) ? error.name : undefined;
  const status = statusOf(error);

  if (error.syscall === "connect" || error.syscall === "getaddrinfo") {
    return unavailable(
      (attempts) =>
        `Kinesis could not be reached ${tries(attempts)} (${describeError(thrown)}). The record was not sent; check endpoint and network.`,
      thrown,
    );
  }
  if (status === undefined) {
    return name !== undefined && credentialNames.has(name)
      ? noAccess(thrown, stream)
      : outcomeUnknown(`The request ended without an answer (${describeError(thrown)})`, thrown);
  }
  const answer = describeAnswer(thrown, name, status);
  const isFailure = status < 300 || status >= 500 || status === 408;
  if (isFailure || (name !== undefined && (serviceFailureNames.has(name) || timeoutNames.has(name)))) {
    return outcomeUnknown(`The request ended without a result (${answer})`, thrown);
  }
  if (name === undefined && status >= 400 && !refusedOnTheWay.has(status)) {
    return outcomeUnknown(`The request ended without a result (${answer})`, thrown);
  }
  return classifyRefusal(error, thrown, { name, status, answer, stream });
}

interface Refusal {
  readonly name: string | undefined;
  readonly status: number;
  readonly answer: string;
  readonly stream: string;
}

/** The request was not carried out: a 4xx of Kinesis, a proxy that did not pass it on, a redirect. */
function classifyRefusal(error: ErrorShape, thrown: unknown, { name, status, answer, stream }: Refusal): Fault {
  if (name === "KMSThrottlingException" || isThrottlingError(thrown as Parameters<typeof isThrottlingError>[0]))
    return throttled(answer, thrown);
  if (status === 413) return requestTooLarge(answer, thrown);
  if (name !== undefined) {
    if (credentialNames.has(name) && !isFaultOfClock(error, name)) return noAccess(thrown, stream);
    if (name === "ResourceNotFoundException") return streamNotFound(thrown, stream);
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html#API_PutRecords_Errors
    if (name.startsWith("KMS")) return streamKey(thrown, stream);
    if (invalidInputNames.has(name)) return invalidInput(error, thrown, stream);
  }
  return unavailable(
    (attempts) =>
      `The request was turned away ${tries(attempts)} (${unstopped(answer)}). The record is not stored. Send it again later; if that goes on, look at the endpoint and at what lies on the way to it.`,
    thrown,
  );
}

/**
 * A signature is refused for a wrong key or for a wrong time; only the time mends itself, with the next answer of the
 * server.
 */
function isFaultOfClock({ message, $metadata }: ErrorShape, name: string): boolean {
  if (clockNames.has(name) || $metadata?.clockSkewCorrected === true) return true;
  return typeof message === "string" && /^Signature (expired|not yet current)/.test(message);
}

function noAccess(cause: unknown, stream: string): Fault {
  return rejected(
    () =>
      new CredentialsError(
        `No access to stream ${stream} (${unstopped(describeError(cause))}). Renew the credentials or allow kinesis:PutRecords.`,
        { cause },
      ),
    cause,
  );
}

function streamNotFound(cause: unknown, stream: string): Fault {
  return rejected(
    () =>
      new StreamNotFoundError(
        `Stream ${stream} does not exist (${unstopped(describeError(cause))}). Check name, account and region.`,
        { cause },
      ),
    cause,
  );
}

function streamKey(cause: unknown, stream: string): Fault {
  return rejected(
    () =>
      new StreamKeyError(
        `Kinesis cannot encrypt for stream ${stream} (${unstopped(describeError(cause))}). Enable its KMS key, or allow kms:GenerateDataKey on it.`,
        { cause },
      ),
    cause,
  );
}

function invalidInput(error: ErrorShape, cause: unknown, stream: string): Fault {
  // Kinesis names the place of the fault: at 'streamName', at 'records.3.member.partitionKey'.
  if (typeof error.message === "string" && /at 'stream(Name|ARN|Id)'/i.test(error.message)) {
    return invalidRequest(stream, cause);
  }
  return rejected(
    () =>
      new RefusedError(
        `Kinesis refused the record, alone in its request (${unstopped(describeError(cause))}). Mend the record.`,
        { cause },
      ),
    cause,
    "apart",
  );
}

function requestTooLarge(answer: string, cause: unknown): Fault {
  return {
    isAmbiguous: false,
    remedy: "smaller",
    reason: "unavailable",
    cause,
    toError: (attempts) =>
      new RequestTooLargeError(
        `A request with this record alone was turned away as too large ${tries(attempts)} (${unstopped(answer)}). The record is not stored. Raise the limit of request bodies of the proxy on the way to Kinesis.`,
        { cause },
      ),
  };
}
