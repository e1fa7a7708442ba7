/** Base of every expected error: `code` is stable, and no message holds a value of a person. */
export abstract class PrivacyToolsError extends Error {
  abstract readonly code: string;
}

/** The command was called wrongly. */
export class UsageError extends PrivacyToolsError {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** A store cannot be read or written: the message names it, the reason and the cure. */
export class StoreError extends PrivacyToolsError {
  override readonly name = "StoreError";
  readonly code = "store";
}

/** Another run of the same erasure is under way, or has changed its ledger. */
export class ErasureInUseError extends PrivacyToolsError {
  override readonly name = "ErasureInUseError";
  readonly code = "erasure-in-use";
}
