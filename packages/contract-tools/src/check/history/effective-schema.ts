import {
  innerPlace,
  isJsonObject,
  type Json,
  type JsonObject,
  heldPlaces,
  refChain,
  type SchemaPlace,
  type SchemaResources,
} from "@millrace/schema-graph";
import { isAnnotation } from "./annotations.ts";

/** A schema with what it refers to taken in. */
export interface EffectiveSchema {
  /** The schema that each keyword stands in. Without `properties` and `required`, which add up. */
  keywords: Map<string, SchemaPlace>;
  /** The schema whose `properties` each is among. */
  properties: Map<string, SchemaPlace>;
  required: Set<string>;
  /** Demands that `$ref` and a keyword beside it both make: both hold, and only the nearer one is in `keywords`. */
  hidden: [keyword: string, place: SchemaPlace][];
}

/** Takes in what `$ref` leads to; what stands beside it adds to that. */
export function effectiveSchema(place: SchemaPlace, resources: SchemaResources): EffectiveSchema {
  return refChain(place, resources)
    .map(ownSchema)
    .reduceRight((far, near) => joinSchemas(near, far));
}

function ownSchema(start: SchemaPlace): EffectiveSchema {
  const schema: JsonObject = isJsonObject(start.schema) ? start.schema : start.schema ? {} : { not: {} };
  const place = { ...start, schema };
  const { properties, required, ...others } = schema;
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  return {
    keywords: new Map(Object.keys(others).map((keyword) => [keyword, place])),
    properties: new Map(names.map((name) => [name, place])),
    required: new Set(Array.isArray(required) ? required.filter((name) => typeof name === "string") : []),
    hidden: [],
  };
}

function joinSchemas(near: EffectiveSchema, far: EffectiveSchema): EffectiveSchema {
  const hiddenKeywords = [...far.keywords].filter(([keyword]) => near.keywords.has(keyword) && !isAnnotation(keyword));
  const hiddenProperties = [...far.properties]
    .filter(([name]) => near.properties.has(name))
    .map(([name, place]): [string, SchemaPlace] => {
      const property = innerPlace(place, ["properties", name])?.schema ?? true;
      return ["properties", { ...place, schema: { properties: { [name]: property } } }];
    });
  return {
    keywords: new Map([...far.keywords, ...near.keywords]),
    properties: new Map([...far.properties, ...near.properties]),
    required: new Set([...far.required, ...near.required]),
    hidden: [...near.hidden, ...far.hidden, ...hiddenKeywords, ...hiddenProperties],
  };
}

export function valueOf({ keywords }: EffectiveSchema, keyword: string): Json | undefined {
  const schema = keywords.get(keyword)?.schema;
  return isJsonObject(schema) ? schema[keyword] : undefined;
}

/** The schema under a keyword that holds one. */
export function childAt({ keywords }: EffectiveSchema, keyword: string): SchemaPlace | undefined {
  const place = keywords.get(keyword);
  return place && innerPlace(place, [keyword]);
}

/** The schemas under a keyword that holds a list of them. */
export function childrenAt({ keywords }: EffectiveSchema, keyword: string): SchemaPlace[] {
  const place = keywords.get(keyword);
  return place === undefined ? [] : heldPlaces(place, keyword);
}

/** The schema of a property; what is none is taken to say nothing, and the meta-schema rule tells of it. */
export function propertyAt({ properties }: EffectiveSchema, name: string): SchemaPlace | undefined {
  const place = properties.get(name);
  return place && (innerPlace(place, ["properties", name]) ?? { ...place, schema: true });
}
