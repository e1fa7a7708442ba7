/** Codes of `WarehouseError`. */
export type WarehouseErrorCode =
  /** Size or ETag of the bytes are not those that were announced. */
  | "FILE_CHANGED"
  /** The bytes are not of the kind that the name promises: a `.gz` that is cut off, for example. */
  | "FILE_UNREADABLE"
  | "UNKNOWN_TABLE"
  /** A statement the warehouse cannot read. The message carries the statement's own error. */
  | "INVALID_STATEMENT"
  | "CLOSED";

/** The warehouse refused. `code` tells the reason. */
export class WarehouseError extends Error {
  override readonly name = "WarehouseError";
  readonly code: WarehouseErrorCode;

  constructor(code: WarehouseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
