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
export { EnrichmentFailedError, EnrichmentOptionsError, LookupTableError } from "./errors.ts";
export { createLookup, type OpenTable, type OpenTables } from "./lookup/lookup.ts";
export { formatOf, type LookupOptions } from "./lookup/lookup-options.ts";
export { type CheckRow, type LookupTable, readNdjsonRows, type ReadRows, readTable } from "./lookup/read-table.ts";
export { MAX_CACHED_KEY_LENGTH } from "./limits.ts";
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
