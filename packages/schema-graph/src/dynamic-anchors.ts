import { reachablePlaces } from "./reachable-places.ts";
import type { SchemaDocument } from "./schema-document.ts";
import type { SchemaPlace, SchemaResources } from "./schema-resources.ts";
import { walkSchema } from "./walk-schema.ts";

/**
 * The schemas a `$dynamicRef` can lead to, by the name of their anchor. Which one it is depends on the way that
 * validation came, so all of the documents count that can be on a way from this one.
 */
export function dynamicAnchors(root: SchemaDocument, resources: SchemaResources): Map<string, SchemaPlace[]> {
  const places = [...reachablePlaces({ document: root, pointer: "", schema: root.schema }, resources)];
  const anchors = new Map<string, SchemaPlace[]>();
  for (const document of new Set(places.map((place) => place.document))) {
    for (const { schema, pointer } of walkSchema(document.schema)) {
      const { $dynamicAnchor: name } = schema;
      if (typeof name === "string") anchors.set(name, [...(anchors.get(name) ?? []), { document, pointer, schema }]);
    }
  }
  return anchors;
}
