import type { MaskedDataOf } from "../contract-types.ts";
import type { PrivacyAction } from "../privacy/privacy-map.ts";
import type { RawEvent } from "./raw-event.ts";

/** What enrichment wrote on the enriched stream: the event, masked, and everything known about it. */
export interface EnrichedEvent<T extends string = string> {
  /** The CloudEvent with its sensitive fields masked. */
  event: RawEvent<T, MaskedDataOf<T>>;
  enrichment: Enrichment;
  validation: ValidationResult;
  privacy: PrivacyReport;
  processing: Processing;
}

/** What was added to the event, one property per enrichment, plus notes of enrichments that could not do their work. */
export interface Enrichment {
  /** Why an enrichment added nothing: the name of the enrichment and the reason, never a sensitive value. */
  notes?: EnrichmentNote[];
  [enrichment: string]: unknown;
}

export interface EnrichmentNote {
  enrichment: string;
  message: string;
}

/** The verdict of the contract. An invalid or unknown event still flows. */
export interface ValidationResult {
  /** `unknown`: there is no schema for this `type` or `dataschema`. */
  status: "valid" | "invalid" | "unknown";
  /** `$id` of the schema that was applied, `null` when unknown. */
  schema: string | null;
  /** All errors up to a limit, in the order of the schema; empty unless invalid. */
  errors: ValidationError[];
  /** How many errors there were, when more than `errors` holds. */
  errorCount?: number;
}

export interface ValidationError {
  /** JSON Pointer into the event, e.g. `/data/rank`. */
  path: string;
  /** JSON Schema keyword that failed, e.g. `minimum`. */
  keyword: string;
  message: string;
  /** What the schema asks for, e.g. `>= 1`. */
  expected?: unknown;
  /** What the event held, shortened; absent when the field is annotated as sensitive. */
  actual?: unknown;
}

/** What was masked and how. */
export interface PrivacyReport {
  masked: MaskedField[];
  /** How many fields there were, when more than `masked` lists. */
  maskedCount?: number;
}

export interface MaskedField {
  /** JSON Pointer into the event, e.g. `/data/context/email`. */
  path: string;
  /** Class of the annotation, e.g. `email`. */
  class: string;
  action: PrivacyAction;
  /** Which key made the hash, so that keys can be rotated. */
  keyId?: string;
  /** The hash under the other live keys: joins events from before and after a rotation. */
  alternates?: { keyId: string; value: string }[];
}

/** Versions and times of each hop, one property per hop. */
export interface Processing {
  [hop: string]: ProcessingHop | undefined;
}

export interface ProcessingHop {
  name: string;
  version: string;
  /** RFC 3339 with milliseconds. */
  at: string;
}
