/** Codes of `ObjectStoreError`. */
export type ObjectStoreErrorCode = "NO_SUCH_KEY" | "INVALID_KEY" | "KEY_CONFLICT";

/** An object store refused a call. `code` tells the reason. */
export class ObjectStoreError extends Error {
  override readonly name = "ObjectStoreError";
  readonly code: ObjectStoreErrorCode;

  constructor(code: ObjectStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
