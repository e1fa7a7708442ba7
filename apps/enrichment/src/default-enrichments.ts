import options from "../options/enrichments.json" with { type: "json" };
import referrerRules from "../rules/referrers.json" with { type: "json" };
import { createEnrichments, resolveOptions } from "./config/enrichment-options.ts";
import type { ActiveEnrichment } from "./enrichments/run-enrichments.ts";
import type { EnrichmentResources } from "./enrichments/enrichment.ts";

/** The enrichments of `options/enrichments.json` as they run in a stage. */
export function defaultEnrichments(stage: string, resources: EnrichmentResources): readonly ActiveEnrichment[] {
  return createEnrichments(resolveOptions(options, stage), resources, referrerRules);
}
