import {
  childSchemas,
  isJsonObject,
  type Json,
  placeKey,
  type SchemaPlace,
  type SchemaResources,
} from "@millrace/schema-graph";

/** Whether an annotation stands in a schema, in one inside it, or in one that these refer to. */
export function holdsAnnotation(
  root: SchemaPlace,
  resources: SchemaResources,
  isAnnotation: (annotation: Json) => boolean,
): boolean {
  const seen = new Set<string>();
  const pending = [root];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { schema, document, pointer } = place;
    if (!isJsonObject(schema) || seen.has(placeKey(place))) continue;
    seen.add(placeKey(place));
    const annotation = schema["x-privacy"];
    if (annotation !== undefined && isAnnotation(annotation)) return true;
    for (const reference of [schema["$ref"], schema["$dynamicRef"]]) {
      const target = typeof reference === "string" ? resources.resolve(reference, document, pointer) : undefined;
      if (target !== undefined) pending.push(target);
    }
    for (const child of childSchemas({ schema, pointer })) pending.push({ ...child, document });
  }
  return false;
}
