/**
 * Base of every error this app raises on purpose. `code` is stable; the message tells the fault, its place and the
 * remedy.
 */
export class LocalError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The command line cannot be understood. */
export class UsageError extends LocalError {
  constructor(message: string) {
    super("usage", message);
  }
}

/** A part of the pipeline did not start, or stopped by itself. */
export class RuntimeError extends LocalError {
  constructor(message: string, options?: ErrorOptions) {
    super("runtime", message, options);
  }
}
