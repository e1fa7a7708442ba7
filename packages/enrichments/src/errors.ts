/** Base of every error of this package. `code` is stable; the message never quotes an event. */
abstract class EnrichmentsError extends Error {
  abstract readonly code: string;
}

/** An enrichment could not do its work; the message becomes a note on the event. */
export class EnrichmentFailedError extends EnrichmentsError {
  override readonly name = "EnrichmentFailedError";
  readonly code = "ENRICHMENT_FAILED";
}

/** A database in MaxMind format cannot be opened. */
export class DatabaseError extends EnrichmentsError {
  override readonly name = "DatabaseError";
  readonly code = "ENRICHMENT_DATABASE";
}

/** The table of a lookup cannot be used. The message names line and column, and quotes no cell. */
export class LookupTableError extends EnrichmentsError {
  override readonly name = "LookupTableError";
  readonly code = "ENRICHMENT_LOOKUP_TABLE";
}

/** The options document, or a package that it lists, cannot be used. */
export class EnrichmentOptionsError extends EnrichmentsError {
  override readonly name = "EnrichmentOptionsError";
  readonly code = "ENRICHMENT_OPTIONS";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The enrichments cannot be used: ${faults.join("; ")}.`);
    this.faults = faults;
  }
}
