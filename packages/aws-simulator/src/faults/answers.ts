/** An answer as it is on the wire, from Kinesis or from something on the way to it. */
export interface RawAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Text of the body, JSON or not. */
  readonly body: string;
}

const named = (status: number, name: string): RawAnswer => ({
  status,
  body: JSON.stringify({ __type: name, message: "This passes." }),
});
const page = (status: number): RawAnswer => ({ status, body: `<html><body><h1>${status}</h1></body></html>` });

/**
 * Refusals that say nothing about the records of a request and that the next attempt does not meet. Nothing was stored.
 */
export const refusalsInPassing: readonly [RawAnswer, ...RawAnswer[]] = [
  named(400, "ThrottledException"),
  named(400, "ThrottlingException"),
  named(400, "RequestThrottledException"),
  named(400, "SlowDown"),
  named(400, "ResourceInUseException"),
  named(403, "RequestTimeTooSkewed"),
  page(403),
  page(407),
  page(413),
  page(429),
  { status: 302, body: "" },
];

/** Answers that hide a failure behind another status, or have no words of Kinesis: the records may be stored. */
export const failuresInPassing: readonly [RawAnswer, ...RawAnswer[]] = [
  named(400, "InternalFailure"),
  named(400, "ServiceUnavailable"),
  named(408, "RequestTimeoutException"),
  { status: 408, body: "" },
  { status: 400, body: "" },
  page(502),
  page(504),
];

/**
 * The error that the SDK throws for an answer, as `@aws-sdk/core` makes it of status and body: `Unknown` for no body, a
 * SyntaxError for HTML.
 */
export function errorOf({ status, body }: RawAnswer, requestId: string): Error {
  const $metadata = { httpStatusCode: status, requestId, attempts: 1, totalRetryDelay: 0 };
  const $fault = status < 500 ? "client" : "server";
  if (body === "") return Object.assign(new Error("UnknownError"), { name: "Unknown", $fault, $metadata });
  let parsed: { __type?: string; message?: string };
  try {
    parsed = JSON.parse(body) as typeof parsed;
  } catch (error) {
    return Object.assign(error as SyntaxError, { $metadata, $response: { statusCode: status } });
  }
  const name = parsed.__type ?? "Unknown";
  return Object.assign(new Error(parsed.message ?? "UnknownError"), { name, $fault, $metadata });
}
