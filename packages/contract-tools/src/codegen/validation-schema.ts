import {
  baseOf,
  type Draft,
  isJsonObject,
  type Json,
  type JsonObject,
  keywordsOf,
  applicatorOf,
  type SchemaDocument,
} from "@millrace/schema-graph";

/** Keywords that say nothing about validity; leaving them out keeps them out of the generated code. */
const annotations = new Set([
  // The dialect is the registry's reading of it: others write its name in several ways.
  "$schema",
  "title",
  "description",
  "$comment",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

/** Keywords whose values are data, not schemas. */
const data = new Set(["enum", "const", "required", "dependentRequired", "type"]);

/** A document as Ajv gets it, under the name that its references are relative to. */
export function toValidationDocument(document: SchemaDocument): JsonObject {
  const schema = toValidationSchema(document.schema, document.draft);
  return schema["$id"] === undefined ? schema : { ...schema, $id: baseOf(document) };
}

/**
 * A copy of a schema with only what validation needs. Words that are no keywords of the dialect are left out, because
 * Ajv obeys some of them (`nullable`, `dependencies` in 2020-12) and refuses others (`id`).
 */
export function toValidationSchema(schema: JsonObject, draft: Draft): JsonObject {
  const keywords = keywordsOf(draft);
  const copyOf = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(copyOf);
    return isJsonObject(value) ? toValidationSchema(value, draft) : value;
  };
  const copy: JsonObject = {};
  // In draft-07 nothing beside `$ref` counts, and Ajv passes over all of it but the type.
  const isTypePassedOver = draft === "draft-07" && typeof schema["$ref"] === "string";
  for (const [keyword, value] of Object.entries(schema)) {
    if (annotations.has(keyword) || !keywords.has(keyword) || (keyword === "type" && isTypePassedOver)) continue;
    if (data.has(keyword)) copy[keyword] = value;
    else if (applicatorOf(keyword)?.holds === "map" && isJsonObject(value)) copy[keyword] = mapValues(value, copyOf);
    else copy[keyword] = copyOf(value);
  }
  return copy;
}

function mapValues(map: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
