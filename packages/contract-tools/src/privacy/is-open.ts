import {
  holdsForAll,
  isJsonObject,
  type JsonObject,
  type SchemaPlace,
  type SchemaResources,
} from "@millrace/schema-graph";

/**
 * Whether a valid value can have properties or elements that no schema names. In doubt it can: what is open is scanned,
 * and that costs time, while what is taken for closed is not looked at.
 *
 * @param certain schemas that hold for the value in every branch
 */
export function isOpen(certain: readonly SchemaPlace[], resources: SchemaResources): boolean {
  const isClosedBy = (test: (schema: JsonObject) => boolean) =>
    certain.some((place) => holdsForAll(place, test, resources));
  return !isClosedBy(closesObjects) || !isClosedBy(closesArrays);
}

function closesObjects(schema: JsonObject): boolean {
  return (
    excludesType(schema, "object") ||
    schema["additionalProperties"] === false ||
    schema["unevaluatedProperties"] === false ||
    schema["maxProperties"] === 0
  );
}

function closesArrays(schema: JsonObject): boolean {
  const { items, additionalItems, unevaluatedItems, maxItems } = schema;
  const isListOfItems = Array.isArray(items);
  return (
    excludesType(schema, "array") ||
    maxItems === 0 ||
    isJsonObject(items) ||
    items === false ||
    unevaluatedItems === false ||
    (isListOfItems && (additionalItems === false || isJsonObject(additionalItems)))
  );
}

/** Whether no value of a type is valid, or the author has said that nothing in the value is sensitive. */
function excludesType(schema: JsonObject, type: "object" | "array"): boolean {
  const { type: types, const: constant, enum: values } = schema;
  if (schema["x-privacy"] === false) return true;
  if (typeof types === "string" ? types !== type : Array.isArray(types) && !types.includes(type)) return true;
  // What a schema lists, it says whole.
  return constant !== undefined || Array.isArray(values);
}
