import { type OwnDefinition, resultSchemas } from "@millrace/enrichments/schemas";
import type { JsonObject } from "@millrace/schema-graph";
import { authoredContracts, authoredInZod3 } from "../contracts/authored.ts";
import { renderZod } from "./render-zod.ts";
import { renderZod3 } from "./render-zod3.ts";

/**
 * Every schema file rendered from an authored contract, by path below `schemas/`.
 *
 * @param own enrichments from packages of a team's own
 */
export function renderSchemas(own: readonly OwnDefinition[] = []): Map<string, string> {
  const rendered = { ...renderZod(authoredContracts), ...renderZod3(authoredInZod3) };
  return new Map(
    Object.entries(rendered).map(([path, schema]) => [
      path,
      `${JSON.stringify(withResults(path, schema, own), null, 2)}\n`,
    ]),
  );
}

/** The document of what enrichment adds has a property for each enrichment. */
function withResults(path: string, schema: JsonObject, own: readonly OwnDefinition[]): JsonObject {
  if (!path.startsWith("envelope/enrichment/")) return schema;
  return { ...schema, properties: { ...(resultSchemas(own) as JsonObject), ...(schema["properties"] as JsonObject) } };
}
