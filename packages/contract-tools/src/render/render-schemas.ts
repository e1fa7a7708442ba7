import { type AddedDefinition, resultSchemas } from "@millrace/enrichments/schemas";
import type { JsonObject } from "@millrace/schema-graph";
import { authoredContracts, authoredInZod3 } from "../contracts/authored.ts";
import { renderZod } from "./render-zod.ts";
import { renderZod3 } from "./render-zod3.ts";
import { jsonText } from "../json-text.ts";

/**
 * Every schema file rendered from an authored contract, by path below `schemas/`.
 *
 * @param added enrichments that the options document adds
 */
export function renderSchemas(added: readonly AddedDefinition[] = []): Map<string, string> {
  const rendered = { ...renderZod(authoredContracts), ...renderZod3(authoredInZod3) };
  return new Map(Object.entries(rendered).map(([path, schema]) => [path, jsonText(withResults(path, schema, added))]));
}

/** The document of what enrichment adds has a property for each enrichment. */
function withResults(path: string, schema: JsonObject, added: readonly AddedDefinition[]): JsonObject {
  if (!path.startsWith("envelope/enrichment/")) return schema;
  return {
    ...schema,
    properties: { ...(resultSchemas(added) as JsonObject), ...(schema["properties"] as JsonObject) },
  };
}
