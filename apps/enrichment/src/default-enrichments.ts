import {
  type ActiveEnrichment,
  createEnrichments,
  type EnrichmentResources,
  type OwnPackages,
  resolveOptions,
} from "@millrace/enrichments";
import options from "../options/enrichments.json" with { type: "json" };

/**
 * The enrichments of `options/enrichments.json` as they run in a stage.
 *
 * @param own packages of a team's own, as the build generates them
 */
export function defaultEnrichments(
  stage: string,
  resources: EnrichmentResources,
  own?: OwnPackages,
): readonly ActiveEnrichment[] {
  return createEnrichments(resolveOptions(options, stage), resources, own);
}
