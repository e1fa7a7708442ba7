/** Codes of `JournalError`. */
export type JournalErrorCode =
  /** The folder holds a journal that this version cannot read. */
  | "JOURNAL_VERSION"
  /** The folder cannot be read or made. */
  | "JOURNAL_FOLDER"
  /** Nothing can be written at the moment: the disk is full, or the quota is used up. */
  | "JOURNAL_UNWRITABLE";

/** The journal of the streams cannot be opened or written. `code` tells the reason. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
