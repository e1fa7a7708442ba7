import type { JsonObject } from "./json.ts";
import { valueAt } from "./pointer.ts";
import { baseOf, type SchemaDocument, withoutFragment } from "./schema-document.ts";
import { childSchemas } from "./walk-schema.ts";
import { isJsonObject } from "./json.ts";

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
  const innerBases = new Map<SchemaDocument, [pointer: string, base: string][]>();
  for (const document of documents) {
    const bases: [string, string][] = [["", baseOf(document)]];
    innerBases.set(document, bases);
    indexDocument(document, places, bases);
  }
  return {
    resolve(reference, document, pointer) {
      const base = baseAt(innerBases.get(document) ?? [], pointer) ?? document.id;
      return URL.canParse(reference, base) ? lookUp(places, new URL(reference, base)) : undefined;
    },
  };
}

function indexDocument(
  document: SchemaDocument,
  places: Map<string, SchemaPlace>,
  bases: [pointer: string, base: string][],
): void {
  const pending = [{ schema: document.schema, pointer: "", base: baseOf(document) }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { schema, pointer } = next;
    const { $id, $anchor, $dynamicAnchor } = schema;
    let base = next.base;
    if (pointer === "") {
      places.set(base, { document, pointer, schema });
      places.set(document.id, { document, pointer, schema });
    } else if (typeof $id === "string" && URL.canParse($id, base)) {
      const url = new URL($id, base);
      // draft-07 names an anchor by `$id: "#name"`.
      if (!$id.startsWith("#")) {
        base = withoutFragment(url);
        bases.push([pointer, base]);
      }
      places.set($id.startsWith("#") ? url.href : base, { document, pointer, schema });
    }
    for (const anchor of [$anchor, $dynamicAnchor]) {
      if (typeof anchor === "string") places.set(`${base}#${anchor}`, { document, pointer, schema });
    }
    for (const child of childSchemas(next)) pending.push({ schema: child.schema, pointer: child.pointer, base });
  }
}

/** The base URI of the innermost embedded resource around a pointer. */
function baseAt(bases: [pointer: string, base: string][], pointer: string): string | undefined {
  let innermost: [string, string] | undefined;
  for (const entry of bases) {
    const isAround = pointer === entry[0] || pointer.startsWith(`${entry[0]}/`);
    if (isAround && (innermost === undefined || entry[0].length > innermost[0].length)) innermost = entry;
  }
  return innermost?.[1];
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

function decodeFragment(fragment: string): string | undefined {
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
