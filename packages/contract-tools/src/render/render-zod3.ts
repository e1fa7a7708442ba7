import { type JsonObject, mapHeld } from "@millrace/schema-graph";
import type { ZodType, ZodTypeAny } from "zod/v3";
import { ignoreOverride, zodToJsonSchema } from "zod-to-json-schema";
import { schemaBaseUrl } from "../schema-id.ts";
import { keywordsOf, referenceOf } from "./zod3-schema.ts";

/**
 * Renders documents authored in the zod 3 API (`zod/v3`) as JSON Schema 2020-12, by path. zod-to-json-schema stops at
 * 2019-09; what differs from there to 2020-12 is only how tuples are written.
 */
export function renderZod3(authored: Readonly<Record<string, ZodTypeAny>>): Record<string, JsonObject> {
  return Object.fromEntries(Object.entries(authored).map(([path, schema]) => [path, renderDocument(path, schema)]));
}

function renderDocument(path: string, schema: ZodTypeAny): JsonObject {
  const rendered = zodToJsonSchema(schema as ZodType, {
    target: "jsonSchema2019-09",
    $refStrategy: "none",
    override: (definition) => {
      const reference = referenceOf(definition);
      return reference === undefined ? ignoreOverride : { $ref: reference };
    },
    postProcess: (jsonSchema, definition) =>
      jsonSchema === undefined ? undefined : { ...jsonSchema, ...keywordsOf(definition) },
  });
  const { $schema: _, title, description, ...rest } = withPrefixItems(rendered as JsonObject);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: schemaBaseUrl + path,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...rest,
  };
}

/** 2019-09 writes a tuple as a list under `items`, 2020-12 as `prefixItems` with the rest under `items`. */
function withPrefixItems(schema: JsonObject): JsonObject {
  const copy = mapHeld(schema, withPrefixItems);
  if (!Array.isArray(copy["items"])) return copy;
  const { items, additionalItems, ...rest } = copy;
  return { ...rest, prefixItems: items, ...(additionalItems === undefined ? {} : { items: additionalItems }) };
}
