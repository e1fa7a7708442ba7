import type { JsonObject } from "@millrace/schema-graph";
import * as z from "zod";
import { schemaBaseUrl } from "../schema-id.ts";

/**
 * Renders documents authored in zod 4 as JSON Schema 2020-12, by path. A schema that is itself in the list becomes a
 * `$ref` wherever another uses it: the shared fields stay one document.
 */
export function renderZod(authored: Readonly<Record<string, z.ZodType>>): Record<string, JsonObject> {
  const registry = z.registry<{ id: string }>();
  for (const [path, schema] of Object.entries(authored)) registry.add(schema, { id: path });
  const sent = renderAs("input", registry);
  const made = renderAs("output", registry);
  return Object.fromEntries(
    Object.keys(authored).map((path) => [path, withHeadFirst((isMade(path) ? made : sent)[path] ?? {})]),
  );
}

/**
 * True for documents that our own code makes. All others describe input of sources, where nothing with a default is
 * required.
 */
function isMade(path: string): boolean {
  return path.startsWith("bad-rows/") || /^envelope\/(?!raw-event)/.test(path);
}

function renderAs(
  io: "input" | "output",
  registry: ReturnType<typeof z.registry<{ id: string }>>,
): Record<string, JsonObject> {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (path) => `${schemaBaseUrl}${path}`,
    override: ({ jsonSchema }) => {
      // zod adds to a record that its keys are strings: true of every JSON object.
      if (JSON.stringify(jsonSchema.propertyNames) === '{"type":"string"}') delete jsonSchema.propertyNames;
      if (JSON.stringify(jsonSchema.properties) === "{}") delete jsonSchema.properties;
      // The same meaning, but said: open on purpose.
      if (JSON.stringify(jsonSchema.additionalProperties) === "{}") jsonSchema.additionalProperties = true;
    },
  });
  return schemas as unknown as Record<string, JsonObject>;
}

function withHeadFirst(schema: JsonObject): JsonObject {
  const { $schema, $id, title, description, ...rest } = schema;
  const head = { $schema, $id, title, description };
  return {
    ...(Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined)) as JsonObject),
    ...rest,
  };
}
