/** Compiled routes that this version cannot load. */
export class InvalidCompiledRoutesError extends Error {
  readonly code = "INVALID_COMPILED_ROUTES";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "InvalidCompiledRoutesError";
  }
}
