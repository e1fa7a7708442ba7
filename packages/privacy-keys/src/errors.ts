/** Keys that cannot be used, or a key that is missing. The message never shows one. */
export class PrivacyKeysError extends Error {
  override readonly name = "PrivacyKeysError";
  readonly code = "PRIVACY_KEYS";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The privacy keys cannot be used: ${faults.join("; ")}.`);
    this.faults = faults;
  }
}
