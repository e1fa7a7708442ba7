import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { privacyRuleAt } from "../../privacy/compile-privacy-map.ts";
import type { PrivacyRule } from "@millrace/event-contracts";
import { pointerStep } from "../../registry/pointer.ts";
import type { SchemaDocument } from "../../registry/schema-document.ts";
import { placeKey, type SchemaPlace, type SchemaResources } from "../../registry/schema-resources.ts";

/** One field of the data of a contract, seen through `$ref` and the combining keywords. */
export interface Field {
  /** Property names from the root of `data`; `[]` stands for the elements of an array, `*` and `/pattern/` for names that are free. */
  path: string[];
  /** Every step of the path is the name of a property. */
  isNamed: boolean;
  /** JSON types it can have; empty when the schema does not say. */
  types: string[];
  /** In the object it stands in. */
  isRequired: boolean;
  /** It has fields of its own in this list. */
  hasFields: boolean;
  description: string;
  format: string | undefined;
  /** The values it can have, if they are listed. */
  values: Json[] | undefined;
  /** In words, e.g. `1 to 100`. */
  limits: string[];
  /** Digits after the point that the warehouse keeps of it, by the annotation `x-decimals`. */
  decimals: number | undefined;
  /** Smallest and largest number it can be; infinite when no schema says. */
  range: readonly [least: number, most: number];
  privacy: PrivacyRule | undefined;
}

/** The fields of a contract's data in the order of the schema, parents first. A recursive schema is followed once. */
export function describeFields(document: SchemaDocument, resources: SchemaResources): Field[] {
  const fields: Field[] = [];
  const root = schemasAt([{ document, pointer: "", schema: document.schema }], resources);
  collectFields(root, { path: [], isNamed: true }, []);
  return fields;

  /** @returns whether the value has fields of its own, apart from those whose names are free. */
  function collectFields(places: SchemaPlace[], at: FieldPosition, above: string[]): boolean {
    const keys = places.map(placeKey);
    if (keys.some((key) => above.includes(key))) return false;
    const inner = [...above, ...keys];
    const names = new Set(places.flatMap((place) => Object.keys(mapOf(place, "properties"))));
    for (const name of names) {
      const isRequired = places.some((place) => isAlways(place) && listOf(place, "required").includes(name));
      const position = { path: [...at.path, name], isNamed: at.isNamed };
      addField(declarationsOf(places, name), position, isRequired, inner);
    }
    const free = (step: string): FieldPosition => ({ path: [...at.path, step], isNamed: false });
    for (const [step, declared] of freeNames(places)) addField(declared, free(step), false, inner);
    const elements = places.flatMap((place) =>
      ["prefixItems", "items"].flatMap((keyword) => schemasUnder(place, keyword)),
    );
    const hasElements = elements.length > 0 && collectElements(elements, free("[]"), inner);
    return names.size > 0 || hasElements;
  }

  /** Elements that are objects are described by their fields; others have a line of their own. */
  function collectElements(elements: SchemaPlace[], at: FieldPosition, above: string[]): boolean {
    const places = schemasAt(elements, resources);
    const { types } = toField(places, false);
    const isPlain = types.length > 0 && types.every((type) => type === "object");
    if (isPlain && privacyRuleAt(elements, resources) === undefined) return collectFields(places, at, above);
    addField(elements, at, false, above);
    return true;
  }

  function addField(declared: SchemaPlace[], at: FieldPosition, isRequired: boolean, above: string[]): void {
    const places = schemasAt(declared, resources);
    const field = { ...toField(places, isRequired), ...at, privacy: privacyRuleAt(declared, resources) };
    fields.push(field);
    field.hasFields = collectFields(places, at, above);
  }
}

type FieldPosition = Pick<Field, "path" | "isNamed">;

/** The schemas of a property. What a condition adds to one that is defined anyway says nothing of it in general. */
function declarationsOf(places: SchemaPlace[], name: string): SchemaPlace[] {
  const declaring = places.filter((place) => Object.hasOwn(mapOf(place, "properties"), name));
  const general = declaring.filter((place) => !onCondition.has(place));
  return (general.length > 0 ? general : declaring).map((place) => childOf(place, ["properties", name]));
}

/** The schemas of properties that are not named, by what is written for their names. */
function freeNames(places: SchemaPlace[]): Map<string, SchemaPlace[]> {
  const found = new Map<string, SchemaPlace[]>();
  const add = (step: string, declared: SchemaPlace[]): void => {
    if (declared.length > 0) found.set(step, [...(found.get(step) ?? []), ...declared]);
  };
  for (const place of places) {
    for (const pattern of Object.keys(mapOf(place, "patternProperties"))) {
      add(`/${pattern}/`, [childOf(place, ["patternProperties", pattern])]);
    }
    for (const keyword of ["additionalProperties", "unevaluatedProperties"]) add("*", schemasUnder(place, keyword));
  }
  return found;
}

/** The schemas a keyword holds, itself one or a list. */
function schemasUnder(place: SchemaPlace, keyword: string): SchemaPlace[] {
  const value = schemaOf(place)[keyword];
  if (Array.isArray(value)) return value.map((_, index) => childOf(place, [keyword, index]));
  return isJsonObject(value) ? [childOf(place, [keyword])] : [];
}

/** Places that came in through `anyOf`, `oneOf` or a condition hold only for some events. */
const sometimes = new WeakSet<SchemaPlace>();
/** Of these, those that a condition brought. */
const onCondition = new WeakSet<SchemaPlace>();

function isAlways(place: SchemaPlace): boolean {
  return !sometimes.has(place);
}

/** The schemas that say something of the same value, nearest first. */
function schemasAt(places: SchemaPlace[], resources: SchemaResources): SchemaPlace[] {
  const found: SchemaPlace[] = [];
  const seen = new Set<string>();
  const pending = [...places];
  for (let place = pending.shift(); place !== undefined; place = pending.shift()) {
    if (!isJsonObject(place.schema) || seen.has(placeKey(place))) continue;
    seen.add(placeKey(place));
    found.push(place);
    const next = [...referredFrom(place, resources), ...schemasUnder(place, "allOf")];
    const optional = ["oneOf", "anyOf"].flatMap((keyword) => schemasUnder(place, keyword));
    const conditional = [
      ...["then", "else"].flatMap((keyword) => schemasUnder(place, keyword)),
      ...Object.keys(mapOf(place, "dependentSchemas")).map((name) => childOf(place, ["dependentSchemas", name])),
    ];
    for (const inner of next) if (sometimes.has(place)) sometimes.add(inner);
    for (const inner of [...optional, ...conditional]) sometimes.add(inner);
    for (const inner of [...next, ...optional]) if (onCondition.has(place)) onCondition.add(inner);
    for (const inner of conditional) onCondition.add(inner);
    pending.push(...next, ...optional, ...conditional);
  }
  return found;
}

function referredFrom(place: SchemaPlace, resources: SchemaResources): SchemaPlace[] {
  const reference = schemaOf(place)["$ref"];
  const target =
    typeof reference === "string" ? resources.resolve(reference, place.document, place.pointer) : undefined;
  // A copy, since whether it holds always depends on who refers to it.
  return target === undefined ? [] : [{ ...target }];
}

function toField(places: SchemaPlace[], isRequired: boolean): Omit<Field, "path" | "isNamed" | "privacy"> {
  const schemas = places.map(schemaOf);
  const texts = (keyword: string): string[] =>
    schemas.map((schema) => schema[keyword]).filter((text) => typeof text === "string");
  const numbers = (keyword: string): number[] =>
    schemas.map((schema) => schema[keyword]).filter((value) => typeof value === "number");
  const values = schemas.flatMap((schema) => {
    if (schema["const"] !== undefined) return [[schema["const"]]];
    return Array.isArray(schema["enum"]) ? [schema["enum"]] : [];
  });
  return {
    types: [...new Set(schemas.flatMap(typesOf))],
    isRequired,
    hasFields: false,
    description: texts("description")[0] ?? texts("title")[0] ?? "",
    format: texts("format")[0],
    values: values.length === 0 ? undefined : values.flat(),
    limits: [...new Set(schemas.flatMap(limitsOf))],
    decimals: numbers("x-decimals")[0],
    range: [
      Math.max(-Infinity, ...numbers("minimum"), ...numbers("exclusiveMinimum")),
      Math.min(Infinity, ...numbers("maximum"), ...numbers("exclusiveMaximum")),
    ],
  };
}

function typesOf(schema: JsonObject): string[] {
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === "string");
  if (schema["const"] !== undefined) return [typeOfValue(schema["const"])];
  if (Array.isArray(schema["enum"])) return [...new Set(schema["enum"].map(typeOfValue))];
  return schema["properties"] === undefined ? [] : ["object"];
}

function typeOfValue(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function limitsOf(schema: JsonObject): string[] {
  const bounds = [
    boundText(schema["minimum"], schema["maximum"], ""),
    boundText(schema["minLength"], schema["maxLength"], " characters"),
    boundText(schema["minItems"], schema["maxItems"], " elements"),
    boundText(schema["minProperties"], schema["maxProperties"], " properties"),
  ];
  const others = (["exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern"] as const).flatMap((keyword) =>
    schema[keyword] === undefined
      ? []
      : [`${keyword} \`${typeof schema[keyword] === "string" ? schema[keyword] : JSON.stringify(schema[keyword])}\``],
  );
  return [...bounds.filter((text) => text !== ""), ...others];
}

function boundText(lower: Json | undefined, upper: Json | undefined, unit: string): string {
  const from = boundOf(lower);
  const to = boundOf(upper);
  if (from === undefined) return to === undefined ? "" : `at most ${to}${unit}`;
  return to === undefined ? `at least ${from}${unit}` : `${from} to ${to}${unit}`;
}

/** Bounds that only say that a number is exact are not worth a word. */
function boundOf(bound: Json | undefined): number | undefined {
  return typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
}

function schemaOf(place: SchemaPlace): JsonObject {
  return isJsonObject(place.schema) ? place.schema : {};
}

function mapOf(place: SchemaPlace, keyword: string): JsonObject {
  const value = schemaOf(place)[keyword];
  return isJsonObject(value) ? value : {};
}

function listOf(place: SchemaPlace, keyword: string): Json[] {
  const value = schemaOf(place)[keyword];
  return Array.isArray(value) ? value : [];
}

function childOf(place: SchemaPlace, steps: (string | number)[]): SchemaPlace {
  let value: Json | undefined = schemaOf(place);
  for (const step of steps) value = (value as Record<string | number, Json | undefined> | undefined)?.[step];
  const schema = isJsonObject(value) || typeof value === "boolean" ? value : true;
  return { document: place.document, pointer: place.pointer + steps.map(pointerStep).join(""), schema };
}
