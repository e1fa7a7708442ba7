import { applicators } from "./applicators.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { pointerStep } from "./pointer.ts";
import { besideRef } from "./references.ts";
import { placeKey, type SchemaPlace, type SchemaResources } from "./schema-resources.ts";

/** Keywords that hold lists of schemas for the value itself: of some all apply, of others one. */
const lists = Object.entries(applicators).filter(
  ([, { holds, target }]) => holds === "list" && target === "same value",
);

/**
 * True if every value that a schema takes passes a test: by the schema's own keywords, by the schema that it refers to,
 * by one of all that apply (`allOf`), or by each of those of which one applies (`anyOf`, `oneOf`). A schema that leads
 * to itself passes no test.
 */
export function holdsForAll(
  place: SchemaPlace,
  test: (schema: JsonObject) => boolean,
  resources: SchemaResources,
  above: ReadonlySet<string> = new Set(),
): boolean {
  const { schema, document, pointer } = place;
  if (!isJsonObject(schema)) return !schema;
  if (above.has(placeKey(place))) return false;
  const { $ref } = schema;
  // In draft-07 nothing beside `$ref` counts.
  const isPassedOver = document.draft === "draft-07" && typeof $ref === "string";
  if (test(isPassedOver ? besideRef(place) : schema)) return true;
  const inner = new Set([...above, placeKey(place)]);
  const holds = (each: SchemaPlace | undefined): boolean =>
    each !== undefined && holdsForAll(each, test, resources, inner);
  if (typeof $ref === "string" && holds(resources.resolve($ref, document, pointer))) return true;
  if (isPassedOver) return false;
  return lists.some(([keyword, { certainty }]) => {
    const value = schema[keyword];
    const branches = (Array.isArray(value) ? value : []).flatMap((each, index) =>
      isJsonObject(each) || typeof each === "boolean"
        ? [{ document, pointer: pointer + pointerStep(keyword) + pointerStep(index), schema: each }]
        : [],
    );
    return certainty === "certain" ? branches.some(holds) : branches.length > 0 && branches.every(holds);
  });
}
