import { enrichmentDefinitions } from "../enrichments/definitions.ts";
import type { EnrichmentResources } from "../enrichments/enrichment.ts";
import type { ReferrerRule } from "../enrichments/referrer-rules.ts";
import type { ActiveEnrichment } from "../enrichments/run-enrichments.ts";
import { ConfigError } from "../errors.ts";

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
}

/** The list as it holds in one stage: overrides applied, what is switched off left out. */
export function resolveOptions(document: EnrichmentOptions, stage: string): readonly EnrichmentEntry[] {
  const overrides = new Map(Object.entries(document.environments?.[stage] ?? {}));
  return document.enrichments
    .map((entry) => {
      const override = overrides.get(entry.name);
      return {
        name: entry.name,
        enabled: override?.enabled ?? entry.enabled ?? true,
        options: { ...entry.options, ...override?.options },
      };
    })
    .filter(({ enabled }) => enabled);
}

/**
 * Makes the enrichments of a list, in its order.
 *
 * @param defaultRules referrer rules for entries that bring none
 * @throws ConfigError for a name that does not exist or comes twice
 */
export function createEnrichments(
  entries: readonly EnrichmentEntry[],
  resources: EnrichmentResources,
  defaultRules: readonly ReferrerRule[],
): readonly ActiveEnrichment[] {
  const definitions = new Map(enrichmentDefinitions.map((definition) => [definition.name, definition]));
  const names = new Set<string>();
  return entries.map(({ name, options }) => {
    const definition = definitions.get(name);
    if (definition === undefined) throw new ConfigError([`There is no enrichment "${name}"`]);
    if (names.has(name)) throw new ConfigError([`The enrichment "${name}" is listed twice`]);
    names.add(name);
    const allOptions = { ...(name === "referrer" ? { rules: defaultRules } : {}), ...options };
    return { name, ...definition.create(allOptions, resources) };
  });
}
