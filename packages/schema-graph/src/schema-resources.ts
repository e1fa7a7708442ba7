import { isJsonObject, type JsonObject } from "./json.ts";
import type { Dialect } from "./keywords.ts";
import { valueAt } from "./pointer.ts";
import { baseOf, type SchemaDocument, withoutFragment } from "./schema-document.ts";
import { type Subschema, walkSchema } from "./walk-schema.ts";

/** A schema and where it stands. */
export interface SchemaPlace {
  document: SchemaDocument;
  /** JSON Pointer in the document. */
  pointer: string;
  schema: JsonObject | boolean;
}

/** Finds what `$ref`s name, over all documents. */
export interface SchemaResources {
  /** The target of a `$ref` (or `$dynamicRef`, taken statically) written at `pointer` of `document`. */
  resolve(reference: string, document: SchemaDocument, pointer: string): SchemaPlace | undefined;
}

/** Indexes every `$id` and `$anchor` of the documents. */
export function indexResources(documents: Iterable<SchemaDocument>): SchemaResources {
  const places = new Map<string, SchemaPlace>();
  const basesOf = new Map<SchemaDocument, Bases>();
  for (const document of documents) {
    const { bases, named } = namesIn(document.schema, baseOf(document), document.draft);
    basesOf.set(document, bases);
    places.set(document.id, { document, pointer: "", schema: document.schema });
    for (const [uri, { pointer, schema }] of named) places.set(uri, { document, pointer, schema });
  }
  return {
    resolve(reference, document, pointer) {
      const base = baseAt(basesOf.get(document) ?? [["", document.id]], pointer);
      return URL.canParse(reference, base) ? lookUp(places, new URL(reference, base)) : undefined;
    },
  };
}

/** The URIs that references are relative to, each from a place on. */
export type Bases = readonly (readonly [pointer: string, uri: string])[];

/**
 * The names that a document gives its schemas, as URIs.
 *
 * @param base that of the root
 */
export function namesIn(
  root: JsonObject,
  base: string,
  dialect: Dialect,
): { readonly bases: Bases; readonly named: readonly (readonly [uri: string, place: Subschema])[] } {
  const bases: [string, string][] = [["", base]];
  const named: [string, Subschema][] = [];
  const word = dialect === "draft-04" ? "id" : "$id";
  for (const place of walkSchema(root)) {
    const { pointer, schema } = place;
    const { [word]: id, $anchor, $dynamicAnchor, $ref } = schema;
    const isRoot = pointer === "";
    if (isRoot) named.push([base, place]);
    // Until draft-07 an anchor is named by `$id: "#name"`.
    const isAnchor = typeof id === "string" && id.startsWith("#");
    // Beside a reference it named nothing.
    const isName = typeof id === "string" && !isAnchor && !(dialect.startsWith("draft") && $ref !== undefined);
    if (isName && !isRoot && URL.canParse(id, baseAt(bases, pointer))) {
      bases.push([pointer, withoutFragment(new URL(id, baseAt(bases, pointer)))]);
      named.push([baseAt(bases, pointer), place]);
    }
    for (const anchor of [$anchor, $dynamicAnchor, isAnchor && id.slice(1)]) {
      if (typeof anchor === "string") named.push([`${baseAt(bases, pointer)}#${anchor}`, place]);
    }
  }
  return { bases, named };
}

/** The base URI of the innermost schema around a pointer that has one. */
export function baseAt(bases: Bases, pointer: string): string {
  let innermost: Bases[number] = ["", ""];
  for (const entry of bases) {
    const isAround = pointer === entry[0] || pointer.startsWith(`${entry[0]}/`);
    if (isAround && entry[0].length >= innermost[0].length) innermost = entry;
  }
  return innermost[1];
}

function lookUp(places: Map<string, SchemaPlace>, url: URL): SchemaPlace | undefined {
  const fragment = decodeFragment(url.hash.slice(1));
  if (fragment === undefined) return undefined;
  const resource = places.get(withoutFragment(url));
  if (fragment === "") return resource;
  if (!fragment.startsWith("/")) return places.get(`${withoutFragment(url)}#${fragment}`);
  if (resource === undefined || !isJsonObject(resource.schema)) return undefined;
  const schema = valueAt(resource.schema, fragment);
  const pointer = resource.pointer + fragment;
  if (!isJsonObject(schema) && typeof schema !== "boolean") return undefined;
  return { document: resource.document, pointer, schema };
}

/** A fragment without its escapes; `undefined` when these are broken. */
export function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

/** The text of a `$ref` to a place. */
export function placeKey(place: { document: SchemaDocument; pointer: string }): string {
  return `${place.document.id}#${place.pointer}`;
}
