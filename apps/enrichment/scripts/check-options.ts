import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  createEnrichments,
  type EnrichmentOptions,
  EnrichmentOptionsError,
  resolveOptions,
} from "@millrace/enrichments";
import { renderOptionsSchema } from "@millrace/enrichments/schemas";

/**
 * Checks an options document before it is bundled: against its schema, and once more as it holds in every environment.
 *
 * @throws EnrichmentOptionsError naming every fault
 */
export function checkOptions(path: string): EnrichmentOptions {
  const document = JSON.parse(readFileSync(path, "utf8")) as EnrichmentOptions;
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
    renderOptionsSchema(),
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
  createEnrichments(resolveOptions(document, ""), { readFile: () => new Uint8Array() });
  return document;
}
