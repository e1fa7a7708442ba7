import {
  applicatorOf,
  baseOf,
  type Draft,
  isComment,
  isJsonObject,
  type Json,
  type JsonObject,
  keywordsOf,
  type SchemaDocument,
} from "@millrace/schema-graph";
import type { Ajv } from "ajv";
import { ownWords } from "./own-keywords.ts";

/** Keywords whose value `false` Ajv reports by the keyword; `items` is one beside `prefixItems`. */
const closing = new Set(["additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems"]);

const never: JsonObject = { [ownWords.never]: true };

/** Gives Ajv a document, under its name and the one that its references are relative to. */
export function addDocument(ajv: Ajv, document: SchemaDocument): void {
  // With its `$id` the code would have a comment that names a file that there is not.
  const { $id: _, ...schema } = toValidationSchema(document.schema, document.draft);
  for (const name of new Set([baseOf(document), document.id])) ajv.addSchema(schema, name);
}

/**
 * A copy of a schema with only what validation needs, and with words of our own for `type` and `false`. Words that are
 * no keywords of the dialect are left out, because Ajv obeys some of them (`nullable`, `dependencies` in 2020-12) and
 * refuses others (`id`). The dialect is the registry's reading of `$schema`: others write its name in several ways.
 */
function toValidationSchema(schema: JsonObject, draft: Draft): JsonObject {
  const keywords = keywordsOf(draft);
  const copyOf = (value: Json): Json => {
    if (value === false) return never;
    if (Array.isArray(value)) return value.map(copyOf);
    return isJsonObject(value) ? toValidationSchema(value, draft) : value;
  };
  const isClosing = (keyword: string): boolean =>
    closing.has(keyword) || (keyword === "items" && schema["prefixItems"] !== undefined);
  const { $id } = schema;
  if (typeof $id === "string" && $id.includes("*/")) {
    throw new Error("An `$id` holds `*/`. Ajv writes it into a comment, which would end there: give it another name.");
  }
  const copy: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$schema" || isComment(keyword) || !keywords.has(keyword)) continue;
    const holds = applicatorOf(keyword)?.holds;
    if (keyword === "type") copy[ownWords.type] = copy[ownWords.otherwise] = value;
    else if (holds === undefined || (value === false && isClosing(keyword))) copy[keyword] = value;
    else if (holds === "map" && isJsonObject(value)) {
      copy[keyword] = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
    } else copy[keyword] = copyOf(value);
  }
  return copy;
}
