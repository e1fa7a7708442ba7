import {
  type Applied,
  holdsForAll,
  isJsonObject,
  type JsonObject,
  type SchemaResources,
  takesType,
  type ValueGraph,
} from "@millrace/schema-graph";

/** Names that no contract takes without having meant any name. */
const anyNames = ["email", "fullName", "a@b.example"];

/**
 * True if a valid value can have properties or elements that no schema names, and also in doubt: an open value is
 * scanned, which costs time, while a closed one is not.
 *
 * @param applied every schema that can apply to the value
 */
export function isOpen(applied: readonly Applied[], graph: ValueGraph, resources: SchemaResources): boolean {
  const certain = applied.filter(({ certainty }) => certainty === "certain");
  const isClosedBy = (test: (schema: JsonObject) => boolean) =>
    certain.some((place) => holdsForAll(place, test, resources));
  const says = (keyword: string, test: (value: unknown) => boolean): boolean =>
    applied.some(({ schema }) => isJsonObject(schema) && schema[keyword] !== undefined && test(schema[keyword]));
  const isNoRefusal = (value: unknown): boolean => value !== false;
  const isTrue = (value: unknown): boolean => value === true;
  // A property or element that a schema beside it takes as another one is evaluated.
  const othersCount = says("additionalProperties", isNoRefusal) || says("unevaluatedProperties", isNoRefusal);
  const elementsCount = says("items", isTrue) || says("contains", isTrue) || says("unevaluatedItems", isNoRefusal);
  const takesAnyName = anyNames.some((name) =>
    graph.property(applied, name).some(({ via }) => via === "patternProperties"),
  );
  const excludesObjects = isClosedBy((schema) => excludesType(schema, "object") || schema["maxProperties"] === 0);
  const closesObjects = isClosedBy(
    (schema) =>
      excludesType(schema, "object") ||
      schema["additionalProperties"] === false ||
      (schema["unevaluatedProperties"] === false && !othersCount),
  );
  const closesArrays = isClosedBy(
    ({ items, additionalItems, unevaluatedItems, maxItems, ...schema }) =>
      excludesType(schema, "array") ||
      maxItems === 0 ||
      isJsonObject(items) ||
      items === false ||
      (unevaluatedItems === false && !elementsCount) ||
      (Array.isArray(items) && (additionalItems === false || isJsonObject(additionalItems))),
  );
  return !(excludesObjects || (closesObjects && !takesAnyName)) || !closesArrays;
}

/** True if no value of a type is valid, or the author has declared that nothing in the value is sensitive. */
function excludesType(schema: JsonObject, type: "object" | "array"): boolean {
  // A listed value is described whole by its list.
  const isListed = schema["const"] !== undefined || Array.isArray(schema["enum"]);
  return schema["x-privacy"] === false || isListed || !takesType(schema, type);
}
