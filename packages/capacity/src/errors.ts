/** A stack, a report or an option that the model cannot reckon with; the message says which, and what to do. */
export class CapacityError extends Error {
  override readonly name = "CapacityError";
  readonly code = "CAPACITY";
}
