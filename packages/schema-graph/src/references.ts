import { isJsonObject, type JsonObject } from "./json.ts";
import { isComment } from "./keywords.ts";
import { placeKey, type SchemaPlace, type SchemaResources } from "./schema-resources.ts";

/** The schema that a keyword such as `$ref` of another refers to; a `$dynamicRef` is taken statically. */
export function referredPlace(
  { schema, document, pointer }: SchemaPlace,
  keyword: string,
  resources: SchemaResources,
): SchemaPlace | undefined {
  const reference = isJsonObject(schema) ? schema[keyword] : undefined;
  return typeof reference === "string" ? resources.resolve(reference, document, pointer) : undefined;
}

/**
 * A schema, the one that its `$ref` leads to, the one that that one's leads to, and so on: each once, with the keywords
 * that count beside its `$ref`. A `$ref` that leads nowhere or back stays.
 */
export function refChain(start: SchemaPlace, resources: SchemaResources): SchemaPlace[] {
  const chain: SchemaPlace[] = [];
  const seen = new Set<string>();
  for (let place: SchemaPlace | undefined = start; place !== undefined; ) {
    seen.add(placeKey(place));
    const target: SchemaPlace | undefined = referredPlace(place, "$ref", resources);
    const next: SchemaPlace | undefined = target === undefined || seen.has(placeKey(target)) ? undefined : target;
    const { $ref: _, ...beside } = countingKeywords(place);
    chain.push(next === undefined ? place : { ...place, schema: beside });
    place = next;
  }
  return chain;
}

/**
 * The keywords of a schema that count: in draft-07 none beside `$ref` but comments, and annotations of our own, which
 * are obeyed wherever they stand.
 */
export function countingKeywords(place: SchemaPlace): JsonObject {
  const schema = isJsonObject(place.schema) ? place.schema : {};
  if (!passesOver(place)) return schema;
  const isCounting = (keyword: string): boolean => keyword === "$ref" || keyword.startsWith("x-") || isComment(keyword);
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => isCounting(keyword)));
}

/** True if validators pass over all that stands beside the `$ref` of a schema. */
export function passesOver({ schema, document }: SchemaPlace): boolean {
  return document.draft === "draft-07" && isJsonObject(schema) && typeof schema["$ref"] === "string";
}
