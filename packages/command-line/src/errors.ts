/** The command was called wrongly: the message names the option or argument and where help is. Exit code 2. */
export class WrongUsageError extends Error {
  override readonly name = "WrongUsageError";
  readonly code = "WRONG_USAGE";
}
