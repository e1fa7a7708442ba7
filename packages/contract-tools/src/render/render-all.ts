import { EnrichmentOptionsError } from "@millrace/enrichments";
import { loadAddedEnrichments, renderEnrichmentsPage, renderOptionsSchema } from "@millrace/enrichments/schemas";
import type { Contract, Json } from "@millrace/schema-graph";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { renderContractDocs } from "../codegen/docs/render-contract-docs.ts";
import { renderContractsModule } from "../codegen/render-contracts-module.ts";
import { renderContractTypes } from "../codegen/types/render-contract-types.ts";
import { RegistryError } from "../errors.ts";
import { createRegistry, type Registry } from "../registry/registry.ts";
import { readSchemaFiles } from "../registry/load-registry.ts";
import { renderSchemas } from "./render-schemas.ts";
import { jsonText } from "../json-text.ts";

const optionsSchema = "apps/enrichment/options/enrichments.schema.json";
const optionsFile = "apps/enrichment/options/enrichments.json";

/**
 * Every generated file, by path from the root of the repository: schemas first, then what follows from all schemas.
 * @throws EnrichmentOptionsError when a package of a team's own cannot be used.
 * @throws RegistryError when a schema cannot be read: without it, what follows would lose a contract.
 */
export function renderAll(repositoryRoot: string): Map<string, string> {
  const root = join(repositoryRoot, "schemas");
  const file = join(repositoryRoot, optionsFile);
  const { added, faults } = loadAddedEnrichments(file);
  if (faults.length > 0) {
    throw new EnrichmentOptionsError(faults.map(({ pointer, message }) => `${file}#${pointer}: ${message}`));
  }
  const rendered = renderSchemas(added);
  const registry = registryWith(root, rendered);
  const generated = "packages/event-contracts/src/generated";
  const docs = renderContractDocs(registry, { exampleOf: (contract) => firstExample(root, contract) });
  return new Map([
    ...[...rendered].map(([path, text]): [string, string] => [`schemas/${path}`, text]),
    [`${generated}/contract-types.ts`, renderContractTypes(registry)],
    [`${generated}/contracts.ts`, renderContractsModule(registry, { runtimeModule: "../validator-runtime.ts" })],
    [optionsSchema, jsonText(renderOptionsSchema(added))],
    ["docs/enrichments.md", renderEnrichmentsPage()],
    ...[...docs].map(([name, text]): [string, string] => [`docs/contracts/${name}`, text]),
  ]);
}

/** The schemas on disk, with the rendered ones as they will be. */
function registryWith(root: string, rendered: Map<string, string>): Registry {
  const { files, faults } = readSchemaFiles(root);
  const onDisk = files.filter(({ file }) => !rendered.has(file));
  const fresh = [...rendered].map(([file, text]) => ({ file, value: JSON.parse(text) as Json }));
  const byFile = [...onDisk, ...fresh].sort((a, b) => (a.file < b.file ? -1 : 1));
  const created = createRegistry(byFile);
  const all = [...faults.filter(({ file }) => !rendered.has(file)), ...created.faults];
  if (all.length > 0) throw new RegistryError(all);
  return created.registry;
}

function firstExample(root: string, contract: Contract): Json | undefined {
  const folder = join(root, "examples", contract.name, contract.file.replace(/^.*\/|\.json$/g, ""), "valid");
  try {
    const names = readdirSync(folder).sort();
    const name = names.find((candidate) => candidate === "typical.json") ?? names[0];
    return name === undefined ? undefined : (JSON.parse(readFileSync(join(folder, name), "utf8")) as Json);
  } catch {
    return undefined;
  }
}
