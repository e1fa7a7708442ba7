import { applicators } from "./applicators.ts";
import { heldPlaces } from "./held-schemas.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { countingKeywords, referredPlace } from "./references.ts";
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
  if (!isJsonObject(place.schema)) return !place.schema;
  if (above.has(placeKey(place))) return false;
  const counting = { ...place, schema: countingKeywords(place) };
  if (test(counting.schema)) return true;
  const inner = new Set([...above, placeKey(place)]);
  const holds = (each: SchemaPlace): boolean => holdsForAll(each, test, resources, inner);
  const target = referredPlace(place, "$ref", resources);
  if (target !== undefined && holds(target)) return true;
  return lists.some(([keyword, { certainty }]) => {
    const branches = heldPlaces(counting, keyword);
    return certainty === "certain" ? branches.some(holds) : branches.length > 0 && branches.every(holds);
  });
}
