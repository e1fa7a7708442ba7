import type { Contract, SchemaDocument } from "@millrace/schema-graph";
import type { Registry } from "../../registry/registry.ts";
import { newestVersionOf } from "../../registry/newest-version.ts";
import { createTypeRenderer, type TypeRenderer } from "./type-renderer.ts";

/** Documents round the contracts. Their types are rendered too, where the registry has them. */
const envelopes: readonly string[] = ["enriched-event", "enrichment"];

/**
 * The text of a TypeScript module with the type of every contract, also hand-written ones: `EventDataByType` as a
 * source sends it (the newest version of each type), `MaskedEventDataByType` as consumers see it (every MODEL that may
 * still flow), and `newestSchemas`, the `$id` each type of the former came from.
 */
export function renderContractTypes(registry: Registry): string {
  const sent = createTypeRenderer(registry, "sent");
  const masked = createTypeRenderer(registry, "masked");
  for (const document of registry.documents.values()) {
    if (document.kind === "envelope" && envelopes.includes(document.name)) typeNameOf(sent, document);
  }
  const newestEnvelopes = envelopes.flatMap((name) => {
    const document = newestVersionOf(registry.documents.values(), `envelope/${name}`);
    if (document === undefined) return [];
    const type = typeNameOf(sent, document);
    return [`/** The newest version. */\nexport type Newest${type.replace(/V\d.*$/, "")} = ${type};\n`];
  });
  const types = [...new Set(registry.contracts.map((contract) => contract.type))];
  const newest = types.flatMap((type) => registry.newestOf(type) ?? []);
  const sentMap = newest.map((contract) => entry(contract.type, typeNameOf(sent, contract)));
  const maskedMap = types.map((type) =>
    entry(
      type,
      newestOfEachModel(registry.versionsOf(type))
        .map((contract) => typeNameOf(masked, contract))
        .join(" | "),
    ),
  );
  return [
    "// Generated from schemas/ by `pnpm schemas render`; do not edit.",
    "",
    "/** `data` by event type, as a source sends it: the newest version. */",
    `export interface EventDataByType {\n${sentMap.join("")}}`,
    "",
    "/** `data` by event type, as a consumer sees it: masked, in any MODEL that may still be on the way. */",
    `export interface MaskedEventDataByType {\n${maskedMap.join("")}}`,
    "",
    "/** `$id` of the newest schema by event type. */",
    `export const newestSchemas = {\n${newest.map(({ type, id }) => entry(type, JSON.stringify(id), ",")).join("")}} as const;`,
    "",
    ...newestEnvelopes,
    ...sent.declarations(),
    ...masked.declarations(),
  ].join("\n");
}

function entry(type: string, value: string, end = ";"): string {
  return `  ${JSON.stringify(type)}: ${value}${end}\n`;
}

function typeNameOf(renderer: TypeRenderer, document: SchemaDocument): string {
  return renderer.nameOf({ document, pointer: "", schema: document.schema });
}

function newestOfEachModel(versions: readonly Contract[]): Contract[] {
  // Versions are sorted, so the last of each MODEL wins. Several events may share a type.
  return [...new Map(versions.map((contract) => [`${contract.name} ${contract.version.model}`, contract])).values()];
}
