import {
  isJsonObject,
  type Json,
  type JsonObject,
  pointerStep,
  refChain,
  type SchemaPlace,
  type SchemaResources,
} from "@millrace/schema-graph";
import { isAnnotation } from "./annotations.ts";

/** The value of a keyword, and the schema it stands in. */
export interface KeywordEntry {
  value: Json;
  place: SchemaPlace;
}

/** A schema with what it refers to taken in. */
export interface EffectiveSchema {
  /** Without `properties` and `required`, which add up. */
  keywords: Map<string, KeywordEntry>;
  /** The schema of each, and the one whose `properties` it is among. */
  properties: Map<string, KeywordEntry>;
  required: Set<string>;
  /** Demands that `$ref` and a keyword beside it both make: both hold, and only the nearer one is in `keywords`. */
  hidden: [keyword: string, entry: KeywordEntry][];
}

/** Takes in what `$ref` leads to; what stands beside it adds to that. */
export function effectiveSchema(place: SchemaPlace, resources: SchemaResources): EffectiveSchema {
  return refChain(place, resources)
    .map(ownSchema)
    .reduceRight((far, near) => joinSchemas(near, far));
}

function ownSchema(place: SchemaPlace): EffectiveSchema {
  const schema: JsonObject = isJsonObject(place.schema) ? place.schema : place.schema ? {} : { not: {} };
  const { properties, required, ...others } = schema;
  const names = isJsonObject(properties) ? Object.entries(properties) : [];
  return {
    keywords: new Map(Object.entries(others).map(([keyword, value]) => [keyword, { value, place }])),
    properties: new Map(names.map(([name, value]) => [name, { value, place }])),
    required: new Set(Array.isArray(required) ? required.filter((name) => typeof name === "string") : []),
    hidden: [],
  };
}

function joinSchemas(near: EffectiveSchema, far: EffectiveSchema): EffectiveSchema {
  const hiddenKeywords = [...far.keywords].filter(([keyword]) => near.keywords.has(keyword) && !isAnnotation(keyword));
  const hiddenProperties = [...far.properties]
    .filter(([name]) => near.properties.has(name))
    .map(([name, { value, place }]): [string, KeywordEntry] => ["properties", { value: { [name]: value }, place }]);
  return {
    keywords: new Map([...far.keywords, ...near.keywords]),
    properties: new Map([...far.properties, ...near.properties]),
    required: new Set([...far.required, ...near.required]),
    hidden: [...near.hidden, ...far.hidden, ...hiddenKeywords, ...hiddenProperties],
  };
}

export function valueOf(schema: EffectiveSchema, keyword: string): Json | undefined {
  return schema.keywords.get(keyword)?.value;
}

/** The schema under a keyword that holds one. */
export function childAt(schema: EffectiveSchema, keyword: string): SchemaPlace | undefined {
  const entry = schema.keywords.get(keyword);
  if (entry === undefined || (!isJsonObject(entry.value) && typeof entry.value !== "boolean")) return undefined;
  return innerPlace(entry.place, entry.value, [keyword]);
}

/** The schemas under a keyword that holds a list of them; none when it holds anything else. */
export function childrenAt(schema: EffectiveSchema, keyword: string): SchemaPlace[] {
  const entry = schema.keywords.get(keyword);
  if (entry === undefined || !Array.isArray(entry.value)) return [];
  return entry.value.map((value, index) => innerPlace(entry.place, value, [keyword, index]));
}

/** The schema of a property. */
export function propertyAt(schema: EffectiveSchema, name: string): SchemaPlace | undefined {
  const entry = schema.properties.get(name);
  return entry === undefined ? undefined : innerPlace(entry.place, entry.value, ["properties", name]);
}

/** A schema inside another; what is none is taken to say nothing, and the meta-schema rule tells of it. */
export function innerPlace(place: SchemaPlace, value: Json, steps: (string | number)[]): SchemaPlace {
  const schema = isJsonObject(value) || typeof value === "boolean" ? value : true;
  return { document: place.document, pointer: place.pointer + steps.map(pointerStep).join(""), schema };
}
