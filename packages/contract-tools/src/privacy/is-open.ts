import {
  isJsonObject,
  type Json,
  placeKey,
  pointerStep,
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
  const isClosedBy = (test: Test) => certain.some((place) => holds(place, test, resources, new Set()));
  return !isClosedBy(closesObjects) || !isClosedBy(closesArrays);
}

type Test = (schema: Record<string, Json>) => boolean;

/** Whether the values of a schema pass a test: by its own keywords, or by what it refers to or combines. */
function holds(place: SchemaPlace, test: Test, resources: SchemaResources, above: ReadonlySet<string>): boolean {
  const { schema, document, pointer } = place;
  if (!isJsonObject(schema)) return !schema;
  const key = placeKey(place);
  if (above.has(key)) return false;
  if (test(schema)) return true;
  const inner = new Set([...above, key]);
  const holdsInner = (each: SchemaPlace) => holds(each, test, resources, inner);
  const listAt = (keyword: string): SchemaPlace[] => {
    const list = schema[keyword];
    return Array.isArray(list)
      ? list.flatMap((each, index) =>
          isJsonObject(each) || typeof each === "boolean"
            ? [{ document, pointer: pointer + pointerStep(keyword) + pointerStep(index), schema: each }]
            : [],
        )
      : [];
  };
  const target = typeof schema["$ref"] === "string" ? resources.resolve(schema["$ref"], document, pointer) : undefined;
  return (
    (target !== undefined && holdsInner(target)) ||
    listAt("allOf").some(holdsInner) ||
    ["anyOf", "oneOf"].some((keyword) => listAt(keyword).length > 0 && listAt(keyword).every(holdsInner))
  );
}

function closesObjects(schema: Record<string, Json>): boolean {
  return (
    excludesType(schema, "object") ||
    schema["additionalProperties"] === false ||
    schema["unevaluatedProperties"] === false ||
    schema["maxProperties"] === 0
  );
}

function closesArrays(schema: Record<string, Json>): boolean {
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
function excludesType(schema: Record<string, Json>, type: "object" | "array"): boolean {
  const { type: types, const: constant, enum: values } = schema;
  if (schema["x-privacy"] === false) return true;
  if (typeof types === "string" ? types !== type : Array.isArray(types) && !types.includes(type)) return true;
  // What a schema lists, it says whole.
  return constant !== undefined || Array.isArray(values);
}
