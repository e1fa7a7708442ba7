import type { PrivacyRule } from "@millrace/event-contracts";
import {
  type Applied,
  countingKeywords,
  createValueGraph,
  heldPlaces,
  innerPlace,
  isJsonObject,
  type Json,
  type JsonObject,
  namesOf,
  placeKey,
  referredPlace,
  type SchemaDocument,
  type SchemaPlace,
  type SchemaResources,
  type Steps,
  typesOf,
} from "@millrace/schema-graph";
import { privacyRuleAt } from "../../privacy/compile-privacy-map.ts";
import { sensitiveNote } from "../../privacy/sensitive-note.ts";
import { holdsNoQuote } from "./holds-no-quote.ts";
import { isNeverNull } from "./is-never-null.ts";

/** Keywords that masking never breaks where no annotation is. */
const kept = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "maxItems", "minItems"];

/**
 * The JSON Schema (2020-12, without references) of the values that masking leaves of what a document takes: every
 * value that the document takes is, once masked, valid against it.
 *
 * A masked field is a text, a dropped one is not there. Objects are open: readers pass over what they do not know.
 * Keywords that masking can break, or that say something of values only together (`not`, `if`, `dependentSchemas`,
 * `uniqueItems`, `multipleOf`, lengths of free text), are left out, so the schema takes more than what is delivered.
 */
export function maskedSchema(document: SchemaDocument, resources: SchemaResources): JsonObject {
  const graph = createValueGraph(document, resources);
  const root = { document, pointer: "", schema: document.schema };
  return read(root, valueAt([root]), false, []);

  /** Everything that is known of one value: masking obeys the annotations of all branches. */
  function valueAt(places: readonly (SchemaPlace | Applied)[]): Value {
    const applied = graph.at(places);
    return { applied, rule: privacyRuleAt(applied, resources) };
  }

  /**
   * @param value all that applies to the value, of which the place is a part
   * @param isScanned the value, or one around it, is scanned: its texts and numbers may have been replaced
   */
  function read(place: SchemaPlace, value: Value, isScanned: boolean, above: readonly string[]): JsonObject {
    if (!isJsonObject(place.schema)) return place.schema ? {} : { not: {} };
    const { rule } = value;
    if (rule !== undefined && rule.action !== "scan") {
      const type = isNeverNull(value.applied, resources) ? "string" : ["string", "null"];
      return { ...describe(place.schema, rule), type };
    }
    const key = placeKey(place);
    // A recursive schema is followed once.
    if (above.includes(key)) return {};
    const schema = countingKeywords(place);
    const inner: Position = {
      place: { ...place, schema },
      schema,
      value,
      isScanned: isScanned || rule !== undefined,
      above: [...above, key],
    };
    const own = { ...describe(schema, rule), ...readValue(inner), ...readObject(inner), ...readArray(inner) };
    return readCombined(inner).reduce(both, own);
  }

  function readObject({ place, schema, value, isScanned, above }: Position): JsonObject {
    // Names are scanned too.
    if (isScanned) return {};
    const { properties, required, patternProperties, additionalProperties } = schema;
    const result: JsonObject = {};
    const dropped = new Set<string>();
    const declared = (steps: Steps, inner: Value): JsonObject =>
      read(innerPlace(place, steps) ?? { ...place, schema: true }, inner, false, above);
    if (isJsonObject(properties)) {
      const shown: JsonObject = {};
      for (const name of Object.keys(properties)) {
        const inner = valueAt(graph.property(value.applied, name));
        if (inner.rule?.action === "drop") dropped.add(name);
        else shown[name] = declared(["properties", name], inner);
      }
      if (Object.keys(shown).length > 0) result["properties"] = shown;
    }
    if (Array.isArray(required)) {
      const isSure = (name: Json): boolean =>
        typeof name === "string" &&
        !dropped.has(name) &&
        valueAt(graph.property(value.applied, name)).rule?.action !== "drop";
      const names = required.filter(isSure);
      if (names.length > 0) result["required"] = names;
    }
    // A name that is free here may be declared in another branch, which then decides its masking.
    const declaresNames = value.applied.filter((each) => namesOf([each]).length > 0 || hasPatterns(each));
    if (isJsonObject(additionalProperties) && patternProperties === undefined) {
      const inner = valueAt(graph.others(value.applied));
      const isAlone = declaresNames.every((each) => placeKey(each) === placeKey(place));
      if (isAlone && inner.rule?.action !== "drop") {
        result["additionalProperties"] = declared(["additionalProperties"], inner);
      }
    }
    return result;
  }

  function readArray({ place, schema, value, isScanned, above }: Position): JsonObject {
    const inner = valueAt(graph.elements(value.applied));
    const elements = (keyword: string): JsonObject[] =>
      heldPlaces(place, keyword).map((each) =>
        // A dropped element leaves a hole in its array, so that all other elements keep their places.
        inner.rule?.action === "drop" ? { type: "null" } : read(each, inner, isScanned, above),
      );
    const tuple = ["items", "prefixItems"].find((keyword) => Array.isArray(schema[keyword]));
    if (tuple !== undefined) return { prefixItems: elements(tuple) };
    const [items] = isJsonObject(schema["items"]) ? elements("items") : [];
    return items === undefined ? {} : { items };
  }

  function readCombined({ place, schema, value, isScanned, above }: Position): JsonObject[] {
    const readAll = (places: readonly SchemaPlace[]): JsonObject[] =>
      places.map((each) => read(each, value, isScanned, above));
    const branches = (keyword: string): JsonObject[] => readAll(heldPlaces(place, keyword));
    const target = referredPlace(place, "$ref", resources);
    const ways = [branches("anyOf"), branches("oneOf")];
    if (schema["if"] !== undefined && schema["then"] !== undefined && schema["else"] !== undefined) {
      ways.push([...branches("then"), ...branches("else")]);
    }
    const chosen = ways.flatMap((way): JsonObject[] => {
      const distinct = [...new Map(way.map((each) => [JSON.stringify(each), each])).values()];
      if (distinct.some(saysNothing)) return [];
      const [only, ...others] = distinct;
      if (only === undefined) return [];
      return [others.length === 0 ? only : { anyOf: distinct }];
    });
    return [...(target === undefined ? [] : readAll([target])), ...branches("allOf"), ...chosen];
  }
}

/** Everything that is known of one value, and what masking does with it. */
interface Value {
  readonly applied: readonly Applied[];
  readonly rule: PrivacyRule | undefined;
}

interface Position {
  readonly place: SchemaPlace;
  readonly schema: JsonObject;
  readonly value: Value;
  readonly isScanned: boolean;
  readonly above: readonly string[];
}

/** Types, listed values, bounds, and what is said of texts that cannot hold JSON, which is looked into. */
function readValue({ schema, isScanned }: Position): JsonObject {
  const { type, const: constant, enum: values, format, pattern } = schema;
  const result: JsonObject = {};
  if (type !== undefined) {
    const types = typesOf(schema);
    const isNumber = types.includes("number") || types.includes("integer");
    // A number that may be a card's is replaced by a text.
    result["type"] = isScanned && isNumber && !types.includes("string") ? [...types, "string"] : type;
  }
  if (isScanned) return result;
  if (constant !== undefined && hasNoJson(constant)) result["const"] = constant;
  if (Array.isArray(values) && values.every(hasNoJson)) result["enum"] = values;
  for (const keyword of kept) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  if (holdsNoQuote({ format, pattern })) {
    for (const keyword of ["format", "pattern", "minLength", "maxLength"]) {
      if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
    }
  }
  return result;
}

/** Objects and arrays may have been masked inside. */
function hasNoJson(value: Json): boolean {
  if (typeof value === "string") return !value.includes('"');
  return typeof value !== "object" || value === null;
}

function describe({ description, title }: JsonObject, rule: PrivacyRule | undefined): JsonObject {
  const text = [description ?? title, ...(rule === undefined ? [] : [sensitiveNote(rule)])]
    .filter((part) => typeof part === "string")
    .join(" ");
  return text === "" ? {} : { description: text };
}

/** Both hold. Keywords that only one has stand together; of the texts for people the nearer one counts. */
function both(near: JsonObject, far: JsonObject): JsonObject {
  const result: JsonObject = { ...near };
  const rest: JsonObject = {};
  for (const [keyword, value] of Object.entries(far)) {
    const own = near[keyword];
    if (own === undefined) result[keyword] = value;
    else if (keyword === "description" || JSON.stringify(own) === JSON.stringify(value)) continue;
    else if (keyword === "required" && Array.isArray(own) && Array.isArray(value)) {
      result[keyword] = [...new Set([...own, ...value])];
    } else if (keyword === "properties" && isJsonObject(own) && isJsonObject(value)) {
      result[keyword] = bothProperties(own, value);
    } else rest[keyword] = value;
  }
  if (Object.keys(rest).length === 0) return result;
  const { allOf } = result;
  return { ...result, allOf: [...(Array.isArray(allOf) ? allOf : []), rest] };
}

function bothProperties(near: JsonObject, far: JsonObject): JsonObject {
  const merged: JsonObject = { ...near };
  for (const [name, schema] of Object.entries(far)) {
    const own = near[name];
    merged[name] = isJsonObject(own) && isJsonObject(schema) ? both(own, schema) : schema;
  }
  return merged;
}

function saysNothing(schema: JsonObject): boolean {
  return Object.keys(schema).every((keyword) => keyword === "description");
}

function hasPatterns({ schema }: SchemaPlace): boolean {
  return isJsonObject(schema) && schema["patternProperties"] !== undefined;
}
