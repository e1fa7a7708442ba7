/** Title of a problem for a person, and its status when it ends a request. */
interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
}

/**
 * Every error this service answers with: the one list behind the answers, the metrics' label and the table in the
 * README. A code never changes its meaning.
 */
export const problems = {
  // The request as HTTP.
  "malformed-request": { status: 400, title: "The request is not valid HTTP." },
  "request-timeout": { status: 408, title: "The request did not arrive in time." },
  "headers-too-large": { status: 431, title: "The request headers are too large." },
  "unsupported-expectation": { status: 417, title: "Only the expectation 100-continue is known." },
  "not-found": { status: 404, title: "There is no such endpoint." },
  "method-not-allowed": { status: 405, title: "The endpoint does not take this method." },
  "origin-not-allowed": { status: 403, title: "Browsers on this origin may not send events here." },
  // Who sends.
  "missing-credentials": { status: 401, title: "The request carries no write key." },
  "malformed-credentials": { status: 401, title: "The Authorization header cannot be read." },
  "unknown-write-key": { status: 401, title: "The write key is not known." },
  "revoked-write-key": { status: 401, title: "The write key was revoked." },
  "backend-key-in-url": { status: 401, title: "The write key of a back end may not stand in a URL." },
  "invalid-signature": { status: 401, title: "The request was not signed by its sender." },
  "adapter-not-enabled": { status: 403, title: "The write key may not use this protocol." },
  "redirect-refused": { status: 403, title: "The service makes no redirects." },
  "malformed-idempotency-key": { status: 400, title: "The Idempotency-Key cannot be used." },
  // The body as bytes.
  "unsupported-media-type": { status: 415, title: "The content type is not one of those accepted." },
  "unsupported-content-encoding": { status: 415, title: "The content encoding is not one of those accepted." },
  "malformed-content-encoding": { status: 400, title: "The body cannot be decompressed." },
  "decompressed-body-too-large": { status: 413, title: "The body is too large when decompressed." },
  "body-too-large": { status: 413, title: "The body is too large." },
  "empty-body": { status: 400, title: "The request has no body." },
  "malformed-utf8": { status: 400, title: "The body is not valid UTF-8." },
  "malformed-json": { status: 400, title: "The JSON text cannot be read." },
  // The batch.
  "empty-batch": { status: 400, title: "The batch holds no event." },
  "too-many-events": { status: 413, title: "The batch holds too many events." },
  "no-event-accepted": { status: 400, title: "None of the events could be accepted." },
  // One event.
  "event-not-an-object": { status: 400, title: "The event is not a JSON object." },
  "missing-attribute": { status: 400, title: "A required attribute is missing." },
  "unsupported-specversion": { status: 400, title: "Only CloudEvents 1.0 is accepted." },
  "invalid-attribute-name": { status: 400, title: "An attribute's name is not allowed." },
  "invalid-attribute-type": { status: 400, title: "An attribute is of the wrong type." },
  "invalid-attribute-value": { status: 400, title: "An attribute's value is not allowed." },
  "attribute-too-long": { status: 400, title: "An attribute is too long." },
  "too-many-attributes": { status: 400, title: "The event has too many extension attributes." },
  "duplicate-attribute": { status: 400, title: "An attribute is given twice." },
  "reserved-attribute": { status: 400, title: "An attribute is set by the service only." },
  "unsupported-data": { status: 400, title: "The data is not JSON." },
  "event-too-deep": { status: 400, title: "The event is nested too deeply." },
  "event-too-large": { status: 413, title: "The event is too large." },
  "source-not-allowed": { status: 403, title: "The write key may not send events of this source." },
  "event-not-storable": { status: 422, title: "The stream does not take the event's record." },
  // The service.
  "quota-exceeded": { status: 429, title: "The write key has used its quota." },
  "key-over-share": { status: 429, title: "The write key uses its share of the service." },
  overloaded: { status: 503, title: "The service holds as many events as it can." },
  "stream-unavailable": { status: 503, title: "The stream did not confirm every event." },
  "preview-unavailable": { status: 501, title: "The service has no functions for a dry run." },
  "internal-error": { status: 500, title: "The service failed." },
} as const satisfies Record<string, ProblemDefinition>;

/** The unique, documented code of an error. */
export type ProblemCode = keyof typeof problems;

/** Facts about a problem that a program can act on. */
export interface ProblemFacts {
  /** The CloudEvents attribute at fault. */
  readonly attribute?: string;
  /** The limit that was exceeded, in the unit that `detail` names. */
  readonly limit?: number;
  /** Where reading stopped; both from 1. */
  readonly line?: number;
  readonly column?: number;
  /** Methods that the endpoint takes; becomes the header `Allow`. */
  readonly allowedMethods?: readonly string[];
  /** When to come back; becomes the header `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** Why one event of a request was not taken. */
export interface Rejection extends ProblemFacts {
  /** Place of the event in the request, from 0. */
  readonly index: number;
  readonly code: ProblemCode;
  readonly detail: string;
}

/**
 * A fault that ends the request: it becomes the whole answer.
 *
 * @example
 * ```ts
 * new IngestError("empty-batch", "The array is empty; send at least one event.").code // "empty-batch"
 * ```
 */
export class IngestError extends Error {
  override readonly name = "IngestError";
  readonly code: ProblemCode;
  readonly facts: ProblemFacts;

  constructor(code: ProblemCode, detail: string, facts: ProblemFacts = {}, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.facts = facts;
  }
}

/** The address that names a problem's kind: that of its page at this service, whatever host it has. */
export function problemType(code: ProblemCode): string {
  return `/v1/problems/${code}`;
}

/**
 * The body of an error answer (RFC 9457).
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemBody(
  code: ProblemCode,
  detail: string,
  members: Readonly<Record<string, unknown>> & { readonly status?: number } = {},
): string {
  const { status, title } = problems[code];
  return JSON.stringify({ type: problemType(code), title, status, code, detail, ...members });
}
