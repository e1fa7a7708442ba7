export { type BadRowKind, badRowKinds } from "./bad-rows/bad-row-kinds.ts";
export { type EnrichmentConfig, readConfig } from "./config/read-config.ts";
export {
  createEnrichmentHandler,
  createRecordContext,
  type EnrichmentHandlerDeps,
} from "./create-enrichment-handler.ts";
export { defaultEnrichments } from "./default-enrichments.ts";
export type { EnrichedLine } from "./enrich-event.ts";
export { type EnrichedRecord, enrichRecord, type RecordContext } from "./enrich-record.ts";
export { ConfigError, EnrichmentError } from "./errors.ts";
export {
  createPrivacyKeySource,
  type PrivacyKeySource,
  type PrivacyKeySourceOptions,
} from "./privacy/privacy-key-source.ts";
export { createPseudonymizer, type Pseudonymizer } from "./privacy/privacy-keys.ts";
