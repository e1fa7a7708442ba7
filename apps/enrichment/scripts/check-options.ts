import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  createEnrichments,
  type EnrichmentOptions,
  EnrichmentOptionsError,
  resolveOptions,
} from "@millrace/enrichments";
import { loadOwnPackages, type OwnDefinition, renderOptionsSchema } from "@millrace/enrichments/schemas";

/**
 * Checks an options document before it is bundled: against its schema, and once more as it holds in every environment.
 *
 * @throws EnrichmentOptionsError naming every fault
 */
export function checkOptions(path: string): { readonly own: readonly OwnDefinition[] } {
  const { own, faults: ownFaults } = loadOwnPackages(path);
  if (ownFaults.length > 0) throw new EnrichmentOptionsError(ownFaults);
  const document = JSON.parse(readFileSync(path, "utf8")) as EnrichmentOptions;
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
    renderOptionsSchema(own),
  );
  const faultsOf = (value: unknown, where: string): string[] => {
    if (validate(value)) return [];
    return (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== "if")
      .map(({ instancePath, message }) => `${where}${instancePath} ${message ?? "is wrong"}`);
  };
  const faults = faultsOf(document, path);
  if (faults.length > 0) throw new EnrichmentOptionsError(faults);
  for (const stage of Object.keys(document.environments ?? {})) {
    const enrichments = resolveOptions(document, stage);
    faults.push(...faultsOf({ enrichments }, `${path}, as it holds in ${stage}: `));
  }
  if (faults.length > 0) throw new EnrichmentOptionsError(faults);
  const packages = Object.fromEntries(own.map((each) => [each.name, { load: () => each, follows: () => true }]));
  createEnrichments(resolveOptions(document, ""), { readFile: () => new Uint8Array() }, packages);
  faults.push(...startFaults(path, document, own));
  if (faults.length > 0) throw new EnrichmentOptionsError(faults);
  return { own };
}

/** Starts each enrichment of a team's own once, as the function will. */
function startFaults(path: string, document: EnrichmentOptions, own: readonly OwnDefinition[]): string[] {
  return own.flatMap(({ name, package: from, create }) => {
    const index = document.enrichments.findIndex((entry) => entry.name === name);
    try {
      const made = create(document.enrichments[index]?.options ?? {}) as { enrich?: unknown } | undefined;
      if (typeof made?.enrich === "function") return [];
      return [`${path}#/enrichments/${index}: \`create\` of ${from} gives no object with \`enrich\``];
    } catch (error) {
      return [`${path}#/enrichments/${index}: \`create\` of ${from} throws: ${(error as Error).message}`];
    }
  });
}
