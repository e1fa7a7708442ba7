/** An error of SQS or EventBridge, as the SDK reads it: `code` is `__type` on the wire. */
export class ServiceError extends Error {
  readonly code: string;
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(code: string, message: string, httpStatusCode = 400) {
    super(message);
    this.name = "ServiceError";
    this.code = code;
    this.$metadata = { httpStatusCode };
  }
}
