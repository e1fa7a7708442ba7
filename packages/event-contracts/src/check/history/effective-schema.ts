import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { pointerStep } from "../../registry/pointer.ts";
import type { SchemaPlace, SchemaResources } from "../../registry/schema-resources.ts";

/** A schema with what it refers to taken in: keyword → value, and the place the value stands in. */
export interface EffectiveSchema {
  keywords: Map<string, { value: Json; place: SchemaPlace }>;
}

/** Follows `$ref`; what stands beside it adds to what it names. */
export function effectiveSchema(place: SchemaPlace, resources: SchemaResources, depth = 0): EffectiveSchema {
  const schema: JsonObject = isJsonObject(place.schema) ? place.schema : place.schema ? {} : { not: {} };
  const keywords: EffectiveSchema["keywords"] = new Map();
  const { $ref: reference } = schema;
  // A chain of references longer than this is a circle.
  const target =
    typeof reference === "string" && depth < 32
      ? resources.resolve(reference, place.document, place.pointer)
      : undefined;
  if (target !== undefined) {
    for (const [keyword, entry] of effectiveSchema(target, resources, depth + 1).keywords) keywords.set(keyword, entry);
  }
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword !== "$ref" || target === undefined) keywords.set(keyword, { value, place });
  }
  return { keywords };
}

export function valueOf(schema: EffectiveSchema, keyword: string): Json | undefined {
  return schema.keywords.get(keyword)?.value;
}

/** The schema under a keyword that holds one. */
export function childAt(schema: EffectiveSchema, keyword: string, key?: string): SchemaPlace | undefined {
  const entry = schema.keywords.get(keyword);
  if (entry === undefined) return undefined;
  const value = key === undefined ? entry.value : isJsonObject(entry.value) ? entry.value[key] : undefined;
  if (!isJsonObject(value) && typeof value !== "boolean") return undefined;
  const steps = pointerStep(keyword) + (key === undefined ? "" : pointerStep(key));
  return { document: entry.place.document, pointer: entry.place.pointer + steps, schema: value };
}
