import type { Json, JsonObject } from "./json.ts";

/** A schema as far as its `type` goes. */
interface Typed {
  readonly [keyword: string]: unknown;
}

/** The names under `type`; none where any type is taken. */
export function typesOf({ type }: Typed): string[] {
  return [type].flat().filter((name) => typeof name === "string");
}

/** True if `type` takes values of a type, and so where it is left out. */
export function takesType(schema: Typed, type: string): boolean {
  return schema["type"] === undefined || typesOf(schema).includes(type);
}

/** The types that `type` says, or else those of the listed values, or those that other keywords hint at. */
export function kindsOf(schema: JsonObject): string[] {
  const { const: constant, enum: values, properties, items, prefixItems } = schema;
  if (schema["type"] !== undefined) return typesOf(schema);
  if (constant !== undefined) return [typeOfValue(constant)];
  if (Array.isArray(values)) return [...new Set(values.map(typeOfValue))];
  if (properties !== undefined) return ["object"];
  return items !== undefined || prefixItems !== undefined ? ["array"] : [];
}

/** The JSON type of a value; an integer is a number. */
export function typeOfValue(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
