import type { JsonObject } from "@millrace/schema-graph";
import { z } from "zod/v3";
import { schemaBaseUrl } from "../schema-id.ts";

// By definition, not by schema: zod-to-json-schema hands out definitions.
const references = new WeakMap<z.ZodTypeDef, string>();
const keywords = new WeakMap<z.ZodTypeDef, JsonObject>();

/** A document below `schemas/` as a zod 3 schema: rendered as a `$ref`. zod itself lets any value pass. */
export function refersTo(path: string): z.ZodTypeAny {
  // `unknown` would make the property optional.
  const schema = z.custom<unknown>((value) => value !== undefined);
  references.set(definitionOf(schema), schemaBaseUrl + path);
  return schema;
}

/** Adds keywords that zod 3 has no word for, such as `x-privacy`. Call it last: zod 3 copies a schema at every step. */
export function withKeywords<S extends z.ZodTypeAny>(schema: S, added: JsonObject): S {
  keywords.set(definitionOf(schema), added);
  return schema;
}

/** The `$ref` of a schema made by `refersTo`. */
export function referenceOf(definition: z.ZodTypeDef): string | undefined {
  return references.get(definition);
}

/** The keywords given by `withKeywords`. */
export function keywordsOf(definition: z.ZodTypeDef): JsonObject {
  return keywords.get(definition) ?? {};
}

function definitionOf(schema: z.ZodTypeAny): z.ZodTypeDef {
  return schema._def as z.ZodTypeDef;
}
