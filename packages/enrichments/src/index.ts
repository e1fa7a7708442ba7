export { type Addition, createAddition } from "./addition.ts";
export {
  defineEnrichment,
  type Enrichment,
  type EnrichmentDefinition,
  type EnrichmentInput,
  type EnrichmentResources,
  type EventEnrichment,
  type ReadFile,
  type TextEnrichment,
} from "./definition.ts";
export { createBundleReader, createLazyDatabase } from "./database.ts";
export { EnrichmentFailedError, EnrichmentOptionsError } from "./errors.ts";
export { maxCachedKeyLength } from "./limits.ts";
export {
  type ActiveEnrichment,
  createEnrichments,
  enrichmentDefinitions,
  type EnrichmentEntry,
  type EnrichmentOptions,
  type EnrichmentOverride,
  resolveOptions,
} from "./options.ts";
export type { OwnEnrichment, OwnInput, OwnPackage, OwnPackages } from "./own-package.ts";
export { pointerKeys, valueAt } from "./pointer.ts";
export type { TextInput } from "./text-input.ts";
export { expandGroups, unmapIp } from "./unmap-ip.ts";
