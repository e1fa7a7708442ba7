import { applicatorOf } from "./applicators.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { pointerOf, valueBelow } from "./pointer.ts";
import type { SchemaPlace } from "./schema-resources.ts";

/** Steps from a schema to one that a keyword of it holds: the keyword, and in a list or a map the one in it. */
export type Steps = readonly [keyword: string] | readonly [keyword: string, key: string];

/** All that stands where a keyword of a schema holds schemas: itself one, a list, or a map of them. */
export function heldBy(schema: JsonObject | boolean, keyword: string): { steps: Steps; value: Json }[] {
  const value = isJsonObject(schema) ? schema[keyword] : undefined;
  const shape = shapeOf(keyword, value);
  if (value === undefined || shape === undefined) return [];
  if (shape === "one") return [{ steps: [keyword], value }];
  return Object.entries(value as JsonObject).map(([key, inner]) => ({ steps: [keyword, key], value: inner }));
}

/** The schemas that a keyword holds, in their order. */
export function heldPlaces<Place extends SchemaPlace>(place: Place, keyword: string): Place[] {
  return heldBy(place.schema, keyword).flatMap(({ steps, value }) => placeBelow(place, steps, value) ?? []);
}

/** The schema at some steps below another; `undefined` where something else stands, or nothing. */
export function innerPlace<Place extends SchemaPlace>(place: Place, steps: Steps): Place | undefined {
  return placeBelow(place, steps, valueBelow(place.schema, steps));
}

/** A copy of a schema in which every schema that one of its keywords holds is another. */
export function mapHeld(schema: JsonObject, change: (inner: JsonObject, steps: Steps) => Json): JsonObject {
  const copy: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    const changed = heldBy(schema, keyword).map(({ steps, value: inner }): [key: string, inner: Json] => [
      steps[1] ?? "",
      isJsonObject(inner) ? change(inner, steps) : inner,
    ]);
    copy[keyword] = putBack(value, shapeOf(keyword, value), changed);
  }
  return copy;
}

/** A copy of a schema in which every schema for the same value is another, such as those of `allOf`. */
export function mapBranches(schema: JsonObject, change: (branch: JsonObject) => Json): JsonObject {
  const isBranch = ([keyword]: Steps): boolean => applicatorOf(keyword)?.target === "same value";
  return mapHeld(schema, (inner, steps) => (isBranch(steps) ? change(inner) : inner));
}

function putBack(value: Json, shape: Shape | undefined, held: [key: string, inner: Json][]): Json {
  if (shape === "map") return Object.fromEntries<Json>(held);
  return shape === "list" ? held.map(([, inner]) => inner) : (held[0]?.[1] ?? value);
}

function placeBelow<Place extends SchemaPlace>(place: Place, steps: Steps, value: Json | undefined): Place | undefined {
  return isSchema(value) ? { ...place, pointer: place.pointer + pointerOf(steps), schema: value } : undefined;
}

function isSchema(value: Json | undefined): value is JsonObject | boolean {
  return isJsonObject(value) || typeof value === "boolean";
}

type Shape = "one" | "list" | "map";

/** How a keyword with a value holds schemas; `undefined` where the value is data. */
function shapeOf(keyword: string, value: Json | undefined): Shape | undefined {
  const holds = applicatorOf(keyword)?.holds ?? "";
  if (["list", "one-or-list"].includes(holds) && Array.isArray(value)) return "list";
  if (["one", "one-or-list"].includes(holds) && isSchema(value)) return "one";
  return holds === "map" && isJsonObject(value) ? "map" : undefined;
}
