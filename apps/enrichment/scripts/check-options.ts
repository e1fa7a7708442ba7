import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createEnrichments, type EnrichmentOptions, resolveOptions } from "../src/config/enrichment-options.ts";
import { ConfigError } from "../src/errors.ts";

const schemaPath = join(import.meta.dirname, "../options/enrichments.schema.json");

/**
 * Checks an options document before it is bundled: against its schema, and once more as it holds in every environment.
 *
 * @throws ConfigError naming every fault
 */
export function checkOptions(path: string): EnrichmentOptions {
  const document = JSON.parse(readFileSync(path, "utf8")) as EnrichmentOptions;
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
    JSON.parse(readFileSync(schemaPath, "utf8")) as object,
  );
  const faultsOf = (value: unknown, where: string): string[] => {
    if (validate(value)) return [];
    return (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== "if")
      .map(({ instancePath, message }) => `${where}${instancePath} ${message ?? "is wrong"}`);
  };
  const faults = faultsOf(document, path);
  if (faults.length > 0) throw new ConfigError(faults);
  for (const stage of Object.keys(document.environments ?? {})) {
    const enrichments = resolveOptions(document, stage);
    faults.push(...faultsOf({ enrichments }, `${path}, as it holds in ${stage}: `));
  }
  if (faults.length > 0) throw new ConfigError(faults);
  createEnrichments(resolveOptions(document, ""), { readFile: () => new Uint8Array() }, []);
  return document;
}
