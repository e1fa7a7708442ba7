import {
  type ActiveEnrichment,
  createEnrichments,
  type EnrichmentResources,
  resolveOptions,
} from "@millrace/enrichments";
import options from "../options/enrichments.json" with { type: "json" };

/** The enrichments of `options/enrichments.json` as they run in a stage. */
export function defaultEnrichments(stage: string, resources: EnrichmentResources): readonly ActiveEnrichment[] {
  return createEnrichments(resolveOptions(options, stage), resources);
}
