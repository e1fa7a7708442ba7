/** Base of every error of this app. `code` is stable; the message never quotes an event. */
export abstract class EnrichmentError extends Error {
  abstract readonly code: string;
}

/** An environment variable or the options document cannot be used. */
export class ConfigError extends EnrichmentError {
  override readonly name = "ConfigError";
  readonly code = "ENRICHMENT_CONFIG";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration cannot be used: ${faults.join("; ")}.`);
    this.faults = faults;
  }
}

/** The source of a lookup's table cannot be read, or holds none. */
export class LookupReadError extends EnrichmentError {
  override readonly name = "LookupReadError";
  readonly code = "ENRICHMENT_LOOKUP_READ";
}

/** Masking met something it has no answer for. The event must not leave in clear. */
export class MaskingFailedError extends EnrichmentError {
  override readonly name = "MaskingFailedError";
  readonly code = "ENRICHMENT_MASKING_FAILED";
}

/**
 * Half a surrogate pair in an attribute that identifies the event: once repaired, it would be the identity of another
 * event.
 */
export class UnstorableIdentityError extends EnrichmentError {
  override readonly name = "UnstorableIdentityError";
  readonly code = "ENRICHMENT_UNSTORABLE_IDENTITY";

  constructor(attribute: string) {
    super(
      `The object is no CloudEvent: expected \`${attribute}\` to hold whole characters, not half a surrogate pair.`,
    );
  }
}
