import {
  CancelledError,
  CredentialsError,
  ExpiredError,
  InternalFailureError,
  OutcomeUnknownError,
  OversizedRecordError,
  PredecessorFailedError,
  type PutRecordsError,
  RefusedError,
  StreamNotFoundError,
  ThrottledError,
} from "./errors.ts";
import type { FailureReason } from "./types.ts";

/** Why one attempt failed, and what follows from it. */
export interface Fault {
  readonly reason: FailureReason;
  /** The attempt may have stored the record although it was not confirmed. */
  readonly isAmbiguous: boolean;
  readonly isRetryable: boolean;
  /** One record may have spoilt the request for the others: try the halves apart. */
  readonly isDivisible: boolean;
  /** The record can never be stored, so that another one that takes its place overtakes nothing. */
  readonly isFinal: boolean;
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

const throttlingNames = new Set([
  "ProvisionedThroughputExceededException",
  "LimitExceededException",
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "KMSThrottlingException",
]);

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
  "RequestExpired",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

const invalidInputNames = new Set(["InvalidArgumentException", "SerializationException", "ValidationException"]);

const isLoginProblem = (name: string) => credentialNames.has(name) || name === "TokenProviderError";

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

const plain = { isAmbiguous: false, isRetryable: true, isDivisible: false, isFinal: false } as const;

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

/** No usable answer. Stored or not: nobody knows. */
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

function unreachable(cause: unknown): Fault {
  return {
    ...plain,
    reason: "unknown",
    cause,
    toError: (attempts) =>
      new OutcomeUnknownError(
        `Kinesis could not be reached ${tries(attempts)} (${describeError(cause)}). The record was not sent; check endpoint and network.`,
        { cause },
      ),
  };
}

function rejected(toError: (attempts: number) => PutRecordsError, cause: unknown, changes: Partial<Fault> = {}): Fault {
  return { ...plain, isRetryable: false, reason: "rejected", cause, toError, ...changes };
}

/** The deadline came before any attempt. */
export const expired: Fault = {
  ...plain,
  isRetryable: false,
  reason: "expired",
  cause: undefined,
  toError: () =>
    new ExpiredError("The deadline passed before the record was sent. It is not stored; allow more time or send less."),
};

/** The stream does not take records of this size. */
export function oversized(message: string): Fault {
  return {
    ...plain,
    isRetryable: false,
    isFinal: true,
    reason: "oversized",
    cause: undefined,
    toError: () => new OversizedRecordError(message),
  };
}

/** The caller aborted. */
export function cancelled(cause: unknown): Fault {
  return {
    ...plain,
    isRetryable: false,
    reason: "cancelled",
    cause,
    toError: (attempts) => new CancelledError(`Cancelled by the caller's signal ${tries(attempts)}.`, { cause }),
  };
}

/** Ordering per key: the record in front failed in a way that lets the caller send it again. */
export function predecessorFailed(cause: PutRecordsError): Fault {
  return {
    ...plain,
    isRetryable: false,
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
 * What a failed call says about its records. A 4xx answer means that nothing was stored; a request that never left
 * this machine as well; everything else is unknown. So are attempts of the SDK itself before the one that is told of.
 */
export function classifyCallError(thrown: unknown, stream: string): Fault {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as ErrorShape;
  const attempts = error.$metadata?.attempts;
  const fault = classifyLastAttempt(error, thrown, stream);
  return typeof attempts === "number" && attempts > 1 ? { ...fault, isAmbiguous: true } : fault;
}

function classifyLastAttempt(error: ErrorShape, thrown: unknown, stream: string): Fault {
  const name = typeof error.name === "string" ? error.name : "";
  const status = statusOf(error);
  const isClientFault = status !== undefined && status >= 400 && status < 500;

  if (isLoginProblem(name) && (isClientFault || status === undefined)) {
    const fault = rejected(
      () =>
        new CredentialsError(
          `No access to stream ${stream} (${describeError(thrown)}). Renew the credentials or allow kinesis:PutRecords.`,
          { cause: thrown },
        ),
      thrown,
    );
    // The SDK has taken the server's time over from the answer, so the next signature will be right.
    return error.$metadata?.clockSkewCorrected === true ? { ...fault, isRetryable: true } : fault;
  }
  if (error.syscall === "connect" || error.syscall === "getaddrinfo") return unreachable(thrown);
  if (!isClientFault) return outcomeUnknown(`The request ended without an answer (${describeError(thrown)})`, thrown);
  if (throttlingNames.has(name) || status === 429) return throttled(describeError(thrown), thrown);
  if (name === "ResourceNotFoundException") {
    return rejected(
      () =>
        new StreamNotFoundError(
          `Stream ${stream} does not exist (${describeError(thrown)}). Check name, account and region.`,
          { cause: thrown },
        ),
      thrown,
    );
  }
  const isDivisible = invalidInputNames.has(name);
  return rejected(
    () => new RefusedError(`Kinesis refused the record (${describeError(thrown)}).`, { cause: thrown }),
    thrown,
    { isDivisible, isFinal: isDivisible, isRetryable: name === "ResourceInUseException" },
  );
}
