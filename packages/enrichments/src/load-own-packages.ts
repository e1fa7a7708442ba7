import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
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

/**
 * Loads the packages that an options document lists, as they are installed beside it.
 *
 * @param file path of the document; without a file there are none
 * @returns every fault with file and pointer
 */
export function loadOwnPackages(file: string): { readonly own: readonly OwnDefinition[]; readonly faults: string[] } {
  const own: OwnDefinition[] = [];
  const faults: string[] = [];
  if (!existsSync(file)) return { own, faults };
  const { enrichments } = JSON.parse(readFileSync(file, "utf8")) as EnrichmentOptions;
  const require = createRequire(file);
  for (const [index, entry] of enrichments.entries()) {
    const { name, package: from, export: exported = "default" } = entry;
    if (from === undefined) continue;
    const fault = (member: string, message: string): number =>
      faults.push(`${file}#/enrichments/${index}/${member}: ${message}`);
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
