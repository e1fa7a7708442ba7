import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type LookupDefinition, loadLookups, type OptionsFault } from "./lookup/load-lookups.ts";
import { enrichmentDefinitions, type EnrichmentOptions } from "./options.ts";
import type { OwnEnrichment } from "./own-package.ts";
import type { ObjectSchema } from "./value-of.ts";

/** An enrichment of a team's own, as its package describes it. */
export interface OwnDefinition {
  readonly name: string;
  readonly package: string;
  readonly export: string;
  readonly options: ObjectSchema;
  readonly result: ObjectSchema;
  readonly create: OwnEnrichment["create"];
}

const refusedKeywords = ["$ref", "$id", "$defs", "$anchor", "$dynamicRef", "x-privacy"];

/** An enrichment that the product does not have: one of a team's own, or a lookup. */
export type AddedDefinition = OwnDefinition | LookupDefinition;

/** Enrichments that an options document adds to those of the product. */
export interface AddedEnrichments {
  readonly own: readonly OwnDefinition[];
  readonly lookups: readonly LookupDefinition[];
  /** Both, in the order of the document. */
  readonly added: readonly AddedDefinition[];
  readonly faults: readonly OptionsFault[];
}

/**
 * Reads the enrichments that an options document adds, and loads their packages as they are installed beside it.
 *
 * @param file path of the document; without a file there are none
 */
export function loadAddedEnrichments(file: string): AddedEnrichments {
  if (!existsSync(file)) return { own: [], lookups: [], added: [], faults: [] };
  const document = JSON.parse(readFileSync(file, "utf8")) as EnrichmentOptions;
  const { lookups, faults: lookupFaults } = loadLookups(document);
  const { own, faults } = loadOwnPackages(document, createRequire(file));
  const order = document.enrichments.map(({ name }) => name);
  const added = [...own, ...lookups].toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { own, lookups, added, faults: [...faults, ...lookupFaults] };
}

function loadOwnPackages(
  { enrichments }: EnrichmentOptions,
  require: NodeJS.Require,
): { readonly own: readonly OwnDefinition[]; readonly faults: readonly OptionsFault[] } {
  const own: OwnDefinition[] = [];
  const faults: OptionsFault[] = [];
  for (const [index, entry] of enrichments.entries()) {
    const { name, package: from, export: exported = "default" } = entry;
    if (from === undefined) continue;
    const fault = (member: string, message: string): number =>
      faults.push({ pointer: `/enrichments/${index}/${member}`, message });
    if (name === "notes" || enrichmentDefinitions.some((each) => each.name === name)) {
      fault("name", `"${name}" is an enrichment of the product; choose another name`);
      continue;
    }
    let definition: Partial<OwnDefinition> | undefined;
    try {
      const module = require(from) as Record<string, unknown>;
      definition = module[exported] ?? (exported === "default" ? module : undefined);
    } catch (error) {
      const why = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
      fault("package", `${from} cannot be loaded: ${why}. Install it beside the document`);
      continue;
    }
    const wrong = shapeFault(definition);
    if (wrong !== undefined) fault("package", `${from} exports no enrichment as \`${exported}\`: ${wrong}`);
    else own.push({ ...(definition as OwnDefinition), name, package: from, export: exported });
  }
  return { own, faults };
}

function shapeFault(definition: Partial<OwnDefinition> | undefined): string | undefined {
  if (typeof definition !== "object") return "it is no object";
  for (const member of ["options", "result"] as const) {
    if (definition[member]?.type !== "object") return `\`${member}\` is no JSON Schema of an object`;
    const keyword = refusedKeywords.find((each) => JSON.stringify(definition[member]).includes(`"${each}":`));
    if (keyword !== undefined) return `\`${member}\` has \`${keyword}\`, which an enrichment's schema must not have`;
  }
  return typeof definition.create === "function" ? undefined : "`create` is no function";
}
