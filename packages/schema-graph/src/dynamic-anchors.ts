import type { SchemaDocument } from "./schema-document.ts";
import type { SchemaPlace, SchemaResources } from "./schema-resources.ts";
import { walkSchema } from "./walk-schema.ts";

/**
 * The schemas a `$dynamicRef` can lead to, by the name of their anchor. Which one it is depends on the way that
 * validation came, so all of the documents count that can be on a way from this one.
 */
export function dynamicAnchors(root: SchemaDocument, resources: SchemaResources): Map<string, SchemaPlace[]> {
  const anchors = new Map<string, SchemaPlace[]>();
  const documents = new Set([root]);
  // A set is walked to its end, with what is added on the way.
  for (const document of documents) {
    for (const { schema, pointer } of walkSchema(document.schema)) {
      const { $dynamicAnchor: name } = schema;
      if (typeof name === "string") anchors.set(name, [...(anchors.get(name) ?? []), { document, pointer, schema }]);
      for (const reference of [schema["$ref"], schema["$dynamicRef"]]) {
        const target = typeof reference === "string" ? resources.resolve(reference, document, pointer) : undefined;
        if (target !== undefined) documents.add(target.document);
      }
    }
  }
  return anchors;
}
