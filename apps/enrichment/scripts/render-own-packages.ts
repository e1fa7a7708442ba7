import { renderContractsDefinition } from "@millrace/contract-tools/codegen";
import { createRegistry, RegistryError } from "@millrace/contract-tools/registry";
import type { OwnDefinition } from "@millrace/enrichments/schemas";

const base = "https://millrace.example/schemas/";

/**
 * The module `#own-packages`: packages of a team's own, which it brings into a function's bundle, and generated
 * validators of their results. A package is loaded when its enrichment is made, so that one that throws stops nothing
 * else.
 *
 * @throws RegistryError when the schema of a result cannot be compiled
 */
export function renderOwnPackages(own: readonly OwnDefinition[]): string {
  if (own.length === 0) return "export const ownPackages = {};\n";
  const files = own.map(({ result }, index) => {
    const file = `events/own/enrichment-${index}/1-0-0.json`;
    const head = { $schema: "https://json-schema.org/draft/2020-12/schema", $id: base + file };
    return { file, value: { ...head, ...result } };
  });
  const { registry, faults } = createRegistry(files);
  if (faults.length > 0) throw new RegistryError(faults);
  const entries = own.map(
    ({ name, package: from, export: exported }, index) => `  ${JSON.stringify(name)}: {
    load: () => exportOf(require(${JSON.stringify(from)}), ${JSON.stringify(exported)}),
    follows: (value) => contracts.validatorOf(${JSON.stringify(`${base}${files[index]?.file ?? ""}`)})(value) === null,
  },`,
  );
  return `// Generated from options/enrichments.json by the build; do not edit.
// @ts-nocheck
import { defineContracts } from "@millrace/event-contracts/validator-runtime";

const contracts = defineContracts(${renderContractsDefinition(registry)});
const exportOf = (module, name) => module[name] ?? (name === "default" ? module : undefined);

export const ownPackages = {
${entries.join("\n")}
};
`;
}
