import {
  type Applied,
  countingKeywords,
  createValueGraph,
  type Json,
  type JsonObject,
  kindsOf,
  namesOf,
  placeKey,
  type SchemaDocument,
  type SchemaPlace,
  type SchemaResources,
} from "@millrace/schema-graph";
import { holdsAnnotation } from "../../privacy/holds-annotation.ts";
import { privacyRuleAt } from "../../privacy/compile-privacy-map.ts";
import type { PrivacyRule } from "@millrace/event-contracts";

/** One field of the data of a contract, seen through `$ref` and the combining keywords. */
export interface Field {
  /**
   * Property names from the root of `data`; `[]` stands for the elements of an array, `*` and `/pattern/` for names
   * that are free.
   */
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
  /**
   * Digits after the point that the warehouse keeps of it: by the annotation `x-decimals`, else by a decimal
   * `multipleOf`.
   */
  decimals: number | undefined;
  /** Unit of a number, by the annotation `x-unit`, e.g. `ms`. */
  unit: string | undefined;
  /** Smallest and largest number it can be; infinite when no schema sets a bound. */
  range: readonly [least: number, most: number];
  privacy: PrivacyRule | undefined;
}

/** The fields of a contract's data in the order of the schema, parents first. A recursive schema is followed once. */
export function describeFields(document: SchemaDocument, resources: SchemaResources): Field[] {
  const fields: Field[] = [];
  const graph = createValueGraph(document, resources);
  const isAnnotated = (place: SchemaPlace): boolean => holdsAnnotation(place, resources, (rule) => rule !== false);
  // A schema that is only tested tells nothing of a value, except that it may be sensitive.
  const placesOf = (places: readonly SchemaPlace[]): Applied[] =>
    graph.at(places.map(fresh)).filter((place) => place.certainty !== "tested" || isAnnotated(place));
  collectFields(placesOf([{ document, pointer: "", schema: document.schema }]), { path: [], isNamed: true }, []);
  return fields;

  /** @returns whether the value has fields of its own, apart from those whose names are free. */
  function collectFields(places: Applied[], at: FieldPosition, above: string[]): boolean {
    const keys = places.map(placeKey);
    if (keys.some((key) => above.includes(key))) return false;
    const inner = [...above, ...keys];
    const names = namesOf(places);
    for (const name of names) {
      const isRequired = places.some((place) => place.certainty === "certain" && requires(place, name));
      const position = { path: [...at.path, name], isNamed: at.isNamed };
      addField(declarationsOf(places, name), graph.property(places, name), position, isRequired, inner);
    }
    const free = (step: string): FieldPosition => ({ path: [...at.path, step], isNamed: false });
    for (const [step, declared] of freeNames(places)) addField(declared, declared, free(step), false, inner);
    const elements = graph.elements(places).filter((place) => isOfItems(place) || isAnnotated(place));
    const hasElements = elements.length > 0 && collectElements(elements, free("[]"), inner);
    return names.length > 0 || hasElements;
  }

  /** Elements that are objects are described by their fields; others have a line of their own. */
  function collectElements(elements: Applied[], at: FieldPosition, above: string[]): boolean {
    const places = placesOf(elements);
    const { types } = toField(places, false);
    const isPlain = types.length > 0 && types.every((type) => type === "object");
    if (isPlain && privacyRuleAt(elements, resources) === undefined) return collectFields(places, at, above);
    addField(elements, elements, at, false, above);
    return true;
  }

  /** The schemas of properties that are not named, by what is written for their names. */
  function freeNames(places: Applied[]): Map<string, Applied[]> {
    const found = new Map<string, Applied[]>();
    const add = (step: string, declared: Applied[]): void => {
      if (declared.length > 0) found.set(step, [...(found.get(step) ?? []), ...declared]);
    };
    for (const place of places) {
      for (const [pattern, declared] of graph.matching([place])) add(`/${pattern}/`, declared);
      add(
        "*",
        graph.others([place]).filter(({ schema }) => Object.keys(schema).length > 0),
      );
    }
    return found;
  }

  /** Returns the schemas of a property. If the property is defined anyway, additions under a condition do not count. */
  function declarationsOf(places: Applied[], name: string): Applied[] {
    const declaring = places.filter((place) => namesOf([place]).includes(name));
    const general = declaring.filter(({ certainty }) => certainty === "certain" || certainty === "one of");
    return graph.property(general.length > 0 ? general : declaring, name);
  }

  /** @param all everything that applies to the value, as far as it may be sensitive */
  function addField(
    declared: readonly Applied[],
    all: readonly Applied[],
    at: FieldPosition,
    isRequired: boolean,
    above: string[],
  ): void {
    const places = placesOf(declared);
    const field = { ...toField(places, isRequired), ...at, privacy: privacyRuleAt(all.map(fresh), resources) };
    fields.push(field);
    field.hasFields = collectFields(places, at, above);
  }
}

type FieldPosition = Pick<Field, "path" | "isNamed">;

/** Certainty is judged in the object that holds the value, so a place begins without the certainty of those above. */
function fresh({ document, pointer, schema }: SchemaPlace): SchemaPlace {
  return { document, pointer, schema };
}

function isOfItems({ via }: Applied): boolean {
  return via === "items" || via === "prefixItems";
}

function toField(applied: Applied[], isRequired: boolean): Omit<Field, "path" | "isNamed" | "privacy"> {
  const schemas = applied.filter(({ certainty }) => certainty !== "tested").map(countingKeywords);
  const texts = (keyword: string): string[] =>
    schemas.map((schema) => schema[keyword]).filter((text) => typeof text === "string");
  const numbers = (keyword: string): number[] =>
    schemas.map((schema) => schema[keyword]).filter((value) => typeof value === "number");
  const values = schemas.flatMap((schema) => {
    if (schema["const"] !== undefined) return [[schema["const"]]];
    return Array.isArray(schema["enum"]) ? [schema["enum"]] : [];
  });
  return {
    types: [...new Set(schemas.flatMap(kindsOf))],
    isRequired,
    hasFields: false,
    description: texts("description")[0] ?? texts("title")[0] ?? "",
    format: texts("format")[0],
    values: values.length === 0 ? undefined : values.flat(),
    limits: [...new Set(schemas.flatMap(limitsOf))],
    decimals: numbers("x-decimals")[0] ?? decimalsOf(numbers("multipleOf")),
    unit: texts("x-unit")[0],
    range: [
      Math.max(-Infinity, ...numbers("minimum"), ...numbers("exclusiveMinimum")),
      Math.min(Infinity, ...numbers("maximum"), ...numbers("exclusiveMaximum")),
    ],
  };
}

/** Digits after the point that every value has at most which is a multiple of one of these: two for 0.01 and 0.05. */
function decimalsOf(multiples: number[]): number | undefined {
  const digits = multiples.flatMap((multiple) => /^\d+\.(\d+)$/.exec(String(multiple))?.[1]?.length ?? []);
  return digits.length === 0 ? undefined : Math.min(...digits);
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

function requires(place: SchemaPlace, name: string): boolean {
  const { required } = countingKeywords(place);
  return Array.isArray(required) && required.includes(name);
}
