export { type CheckedOptions, checkEnrichmentOptions } from "./check/enrichments/check-enrichment-options.ts";
