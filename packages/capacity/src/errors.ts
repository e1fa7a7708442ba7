/** A stack, a report or an option that the model cannot calculate with; the message tells the place and the remedy. */
export class CapacityError extends Error {
  override readonly name = "CapacityError";
  readonly code = "CAPACITY";
}
