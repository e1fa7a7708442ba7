import type { Enrichment, EnrichmentDefinition, EnrichmentResources } from "./definition.ts";
import * as definitions from "./definitions.ts";
import { EnrichmentOptionsError } from "./errors.ts";
import { createLookup, type OpenTable } from "./lookup/lookup.ts";
import type { LookupOptions } from "./lookup/lookup-options.ts";
import { createOwnEnrichment, type OwnPackages } from "./own-package.ts";

/** Every enrichment there is. */
export const enrichmentDefinitions: readonly EnrichmentDefinition[] = Object.values(definitions);

/** An enrichment that is switched on. */
export type ActiveEnrichment = Enrichment & { readonly name: string };

/** The options document, `options/enrichments.schema.json`. */
export interface EnrichmentOptions {
  readonly $schema?: string;
  readonly enrichments: readonly EnrichmentEntry[];
  /** Stage → enrichment → what differs there. */
  readonly environments?: Readonly<Record<string, Readonly<Record<string, EnrichmentOverride>>>>;
}

export interface EnrichmentOverride {
  readonly enabled?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface EnrichmentEntry extends EnrichmentOverride {
  readonly name: string;
  /** `lookup`: a join with a table that the options describe. */
  readonly kind?: string;
  /** npm package of a team's own that the enrichment comes from. */
  readonly package?: string;
  /** Its export; `default` when left out. */
  readonly export?: string;
}

/** The list as it holds in one stage: overrides applied, what is switched off left out. */
export function resolveOptions(document: EnrichmentOptions, stage: string): readonly EnrichmentEntry[] {
  const overrides = new Map(Object.entries(document.environments?.[stage] ?? {}));
  return document.enrichments
    .map((entry) => {
      const override = overrides.get(entry.name);
      return {
        ...entry,
        enabled: override?.enabled ?? entry.enabled ?? true,
        options: { ...entry.options, ...override?.options },
      };
    })
    .filter(({ enabled }) => enabled);
}

/**
 * Makes the enrichments of a list, in its order.
 *
 * @param own packages of a team's own, by the name of their entry
 * @throws EnrichmentOptionsError for a name that does not exist or comes twice
 */
export function createEnrichments(
  entries: readonly EnrichmentEntry[],
  resources: EnrichmentResources,
  own: OwnPackages = {},
): readonly ActiveEnrichment[] {
  const byName = new Map(enrichmentDefinitions.map((definition) => [definition.name, definition]));
  const names = new Set<string>();
  return entries.map(({ name, kind, options, package: from }) => {
    if (names.has(name)) throw new EnrichmentOptionsError([`The enrichment "${name}" is listed twice`]);
    names.add(name);
    if (kind === "lookup") {
      const lookup = options as unknown as LookupOptions;
      return { name, ...createLookup(name, lookup, resources.openTable?.(name, lookup) ?? noTable) };
    }
    if (from !== undefined) {
      const ownPackage = own[name];
      if (ownPackage === undefined) throw new EnrichmentOptionsError([`"${name}" of ${from} is not in the bundle`]);
      return { name, ...createOwnEnrichment(name, ownPackage, options ?? {}) };
    }
    const definition = byName.get(name);
    if (definition === undefined) throw new EnrichmentOptionsError([`There is no enrichment "${name}"`]);
    return { name, ...definition.create(options ?? {}, resources) };
  });
}

/** Table of a dry run, which opens none. */
const noTable: OpenTable = { current: undefined, miss: () => undefined };
