import { renderContractsDefinition } from "@millrace/contract-tools/codegen";
import { createRegistry, RegistryError } from "@millrace/contract-tools/registry";
import { type AddedEnrichments, rowSchema } from "@millrace/enrichments/schemas";

const base = "https://millrace.example/schemas/";

/**
 * The module `#own-packages`: packages of a team's own, which it brings into a function's bundle, generated validators
 * of their results and of the rows of lookups, and the reader of CSV where a lookup may need one. A package is loaded
 * when its enrichment is made, so that one that throws stops nothing else.
 *
 * @throws RegistryError when the schema of a result or a row cannot be compiled
 */
export function renderOwnPackages({ own, lookups }: Pick<AddedEnrichments, "own" | "lookups">): string {
  if (own.length + lookups.length === 0) return "export const ownPackages = {};\nexport const lookupParts = {};\n";
  const schemas = [...own.map(({ result }) => result), ...lookups.map(({ values }) => rowSchema(values))];
  const files = schemas.map((schema, index) => {
    const file = `events/own/enrichment-${index}/1-0-0.json`;
    const head = { $schema: "https://json-schema.org/draft/2020-12/schema", $id: base + file };
    return { file, value: { ...head, ...schema } };
  });
  const { registry, faults } = createRegistry(files);
  if (faults.length > 0) throw new RegistryError(faults);
  const validator = (index: number): string =>
    `contracts.validatorOf(${JSON.stringify(`${base}${files[index]?.file ?? ""}`)})`;
  const packages = own.map(
    ({ name, package: from, export: exported }, index) => `  ${JSON.stringify(name)}: {
    load: () => exportOf(require(${JSON.stringify(from)}), ${JSON.stringify(exported)}),
    follows: (value) => ${validator(index)}(value) === null,
  },`,
  );
  const checks = lookups.map(
    ({ name }, index) => `    ${JSON.stringify(name)}: (row) => faultOf(${validator(own.length + index)}(row)),`,
  );
  const hasCsv = lookups.some(({ formats }) => formats.includes("csv"));
  return `// Generated from options/enrichments.json by the build; do not edit.
// @ts-nocheck
import { defineContracts } from "@millrace/event-contracts/validator-runtime";
${hasCsv ? 'import { readCsvRows } from "@millrace/enrichments/csv";\n' : ""}
const contracts = defineContracts(${renderContractsDefinition(registry)});
const exportOf = (module, name) => module[name] ?? (name === "default" ? module : undefined);
const faultOf = (found) => {
  if (found === null) return undefined;
  const [{ instancePath, message, keyword, params }] = found.errors;
  return { column: params.missingProperty ?? instancePath.slice(1), message: message ?? keyword };
};

export const ownPackages = {
${packages.join("\n")}
};
export const lookupParts = {
  checkRows: {
${checks.join("\n")}
  },
${hasCsv ? "  readCsvRows,\n" : ""}};
`;
}
