import {
  isJsonObject,
  type Json,
  reachablePlaces,
  type SchemaPlace,
  type SchemaResources,
} from "@millrace/schema-graph";

/** True if an annotation stands in a schema, in one inside it, or in one that these refer to. */
export function holdsAnnotation(
  root: SchemaPlace,
  resources: SchemaResources,
  isAnnotation: (annotation: Json) => boolean,
): boolean {
  for (const { schema } of reachablePlaces(root, resources)) {
    const annotation = isJsonObject(schema) ? schema["x-privacy"] : undefined;
    if (annotation !== undefined && isAnnotation(annotation)) return true;
  }
  return false;
}
