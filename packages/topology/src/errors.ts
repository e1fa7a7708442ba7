/** The synthesized stack is missing, is not JSON, or names something that is not there. */
export class StackError extends Error {
  override readonly name = "StackError";
  readonly code = "stack";
}
