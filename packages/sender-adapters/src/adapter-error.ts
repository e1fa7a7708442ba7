/** Why a request could not be read. The service has a problem of the same code and answers with its status. */
export type AdapterErrorCode =
  | "empty-body"
  | "event-not-an-object"
  | "event-too-deep"
  | "invalid-signature"
  | "malformed-content-encoding"
  | "malformed-json"
  | "malformed-utf8"
  | "missing-credentials"
  | "redirect-refused"
  | "too-many-events"
  | "unsupported-media-type";

/**
 * A fault that ends a foreign request.
 *
 * @example
 * ```ts
 * new AdapterError("redirect-refused", "Use `GET /i`; redirects are not made.").code // "redirect-refused"
 * ```
 */
export class AdapterError extends Error {
  override readonly name = "AdapterError";
  readonly code: AdapterErrorCode;
  /** The limit that was exceeded. */
  readonly limit: number | undefined;

  constructor(code: AdapterErrorCode, detail: string, limit?: number) {
    super(detail);
    this.code = code;
    this.limit = limit;
  }
}
