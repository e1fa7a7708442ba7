/** Base of every error of this package. `code` is stable, `message` tells the remedy. */
export class LambdaBundleError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** esbuild could not bundle the entry point; `cause` is esbuild's own failure. */
export class BundlingFailedError extends LambdaBundleError {
  constructor(entryPoint: string, cause: unknown) {
    super("BUNDLING_FAILED", `Could not bundle ${entryPoint}: see the cause, fix the source and build again.`, {
      cause,
    });
  }
}

/** The zip is larger than its budget, or larger than Lambda takes. */
export class BundleTooLargeError extends LambdaBundleError {
  constructor(what: string, bytes: number, maxBytes: number) {
    super(
      "BUNDLE_TOO_LARGE",
      `${what} has ${bytes} bytes, at most ${maxBytes} are allowed: ` +
        "find what grew with `esbuild --metafile`, or raise the budget and say why in the change.",
    );
  }
}
