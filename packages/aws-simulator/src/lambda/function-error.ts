/** Codes of `FunctionError`. */
export type FunctionErrorCode =
  /** The function ran and threw, or answered with something that is not JSON. */
  | "UNHANDLED"
  /** The process of the function ended while it held the invocation. */
  | "EXITED"
  /** The invocation took longer than the function's timeout; its process was killed. */
  | "TIMED_OUT"
  /** The function could not be loaded. */
  | "INIT_FAILED";

/** The function was invoked and failed: what Lambda reports as `FunctionError: Unhandled`. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  readonly code: FunctionErrorCode;
  /** The runtime's own name for it, such as `TypeError` or `Sandbox.Timedout`. */
  readonly errorType: string;
  readonly requestId: string;

  constructor(code: FunctionErrorCode, errorType: string, message: string, requestId: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.errorType = errorType;
    this.requestId = requestId;
  }
}

/**
 * The function was not invoked at all, because its concurrency is used up. An event source mapping waits and asks
 * again; this uses none of its retries.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export class TooManyRequestsError extends Error {
  override readonly name = "TooManyRequestsException";
  readonly code = "THROTTLED";
}

/** Something an event source mapping can invoke. */
export interface FunctionRuntime {
  /**
   * Runs the function once.
   * @throws FunctionError when it ran and failed; TooManyRequestsError when it did not run.
   */
  invoke(event: unknown, options?: InvokeOptions): Promise<unknown>;
}

/** Options of one invocation. */
export interface InvokeOptions {
  /** Default: a new UUID. */
  readonly requestId?: string;
}
