import * as z from "zod";
import type { JsonObject } from "../json.ts";
import { schemaBaseUrl } from "../schema-id.ts";

/**
 * Renders documents authored in zod 4 as JSON Schema 2020-12, by path. A schema that is itself in the list becomes a `$ref`
 * wherever another uses it: the shared fields stay one document.
 */
export function renderZod(authored: Readonly<Record<string, z.ZodType>>): Record<string, JsonObject> {
  const registry = z.registry<{ id: string }>();
  for (const [path, schema] of Object.entries(authored)) registry.add(schema, { id: path });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (path) => `${schemaBaseUrl}${path}`,
    override: ({ jsonSchema }) => {
      // zod says the obvious of a record: keys of JSON objects are strings.
      if (JSON.stringify(jsonSchema.propertyNames) === '{"type":"string"}') delete jsonSchema.propertyNames;
      if (JSON.stringify(jsonSchema.properties) === "{}") delete jsonSchema.properties;
      // The same meaning, but said: open on purpose.
      if (JSON.stringify(jsonSchema.additionalProperties) === "{}") jsonSchema.additionalProperties = true;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([path, schema]) => [path, withHeadFirst(schema as unknown as JsonObject)]),
  );
}

function withHeadFirst(schema: JsonObject): JsonObject {
  const { $schema, $id, title, description, ...rest } = schema;
  const head = { $schema, $id, title, description };
  return {
    ...(Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined)) as JsonObject),
    ...rest,
  };
}
