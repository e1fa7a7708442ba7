import { isJsonObject, type JsonObject } from "./json.ts";
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
    chain.push(next === undefined ? place : { ...place, schema: besideRef(place) });
    place = next;
  }
  return chain;
}

/** In draft-07 nothing beside `$ref` counts for a validator; annotations of our own are obeyed wherever they stand. */
export function besideRef({ schema, document }: SchemaPlace): JsonObject {
  const keywords = Object.entries(isJsonObject(schema) ? schema : {}).filter(([keyword]) => keyword !== "$ref");
  return Object.fromEntries(
    document.draft === "draft-07" ? keywords.filter(([keyword]) => keyword.startsWith("x-")) : keywords,
  );
}
