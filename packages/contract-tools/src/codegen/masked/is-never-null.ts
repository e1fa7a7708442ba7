import { type Applied, holdsForAll, type JsonObject, type SchemaResources, takesType } from "@millrace/schema-graph";

/**
 * True if null is none of the values that some schemas take together. It decides the type of a masked value: nothing is
 * masked where nothing is.
 */
export function isNeverNull(applied: readonly Applied[], resources: SchemaResources): boolean {
  return applied.some(
    (place) => place.certainty === "certain" && holdsForAll(place, (schema) => !takesNull(schema), resources),
  );
}

function takesNull(schema: JsonObject): boolean {
  const { const: constant, enum: values } = schema;
  if (!takesType(schema, "null")) return false;
  if (constant !== undefined && constant !== null) return false;
  return !Array.isArray(values) || values.includes(null);
}
