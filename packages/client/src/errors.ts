/** Thrown by `createClient`: an option has the wrong type or value. Nothing else of this package throws. */
export class InvalidOptionError extends TypeError {
  override readonly name = "InvalidOptionError";
  readonly code = "CLIENT_INVALID_OPTION";
}
