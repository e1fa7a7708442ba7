import type { MaskedDataOf } from "../contract-types.ts";
import type { NewestEnrichedEvent, NewestEnrichment } from "../generated/contract-types.ts";
import type { RawEvent } from "./raw-event.ts";

/** Entry of the enriched stream: the masked event, and everything known about it. */
export interface EnrichedEvent<T extends string = string> {
  /** The CloudEvent with its sensitive fields masked. */
  event: RawEvent<T, MaskedDataOf<T>>;
  enrichment: Enrichment;
  validation: ValidationResult;
  privacy: PrivacyReport;
  /** Where the event differs from what was sent, or holds what a typed column cannot; absent when nowhere. */
  fidelity?: Fidelity;
  processing: Processing;
}

// The rest follows from schemas/envelope/enriched-event and schemas/envelope/enrichment.

/** Additions to the event, one property per enrichment, plus notes of enrichments that failed. */
export type Enrichment = NewestEnrichment;

/** Why an enrichment added nothing: its name and the reason, never a sensitive value. */
export type EnrichmentNote = NonNullable<Enrichment["notes"]>[number];

/** The verdict of the contract. An invalid or unknown event still flows. */
export type ValidationResult = NewestEnrichedEvent["validation"];

/** One fault of an event by its contract. */
export type ValidationError = ValidationResult["errors"][number];

/** The masked fields, each with the action that masked it. */
export type PrivacyReport = NewestEnrichedEvent["privacy"];

/** A place of the event that was masked, and how. */
export type MaskedField = PrivacyReport["masked"][number];

/** Repairs made in the event, and values that no typed column holds. */
export type Fidelity = NonNullable<NewestEnrichedEvent["fidelity"]>;

/** A place whose value could not be kept as it was sent. */
export type FidelityNote = Fidelity["notes"][number];

/** Versions and times of each hop, one property per hop. */
export type Processing = NewestEnrichedEvent["processing"];

/** The stamp of one program on the way of the event. */
export type ProcessingHop = Processing[string];
