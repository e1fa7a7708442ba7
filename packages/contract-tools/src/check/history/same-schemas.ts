import {
  heldBy,
  innerPlace,
  isJsonObject,
  type Json,
  type JsonObject,
  placeKey,
  referenceKeywords,
  referredPlace,
  type SchemaPlace,
  type SchemaResources,
  type Steps,
  valueBelow,
} from "@millrace/schema-graph";
import { isAnnotation } from "./annotations.ts";

/** Tells whether two schemas say the same by a keyword that stands in them, through every `$ref`. */
export type IsSameKeyword = (
  keyword: string,
  before: SchemaPlace | undefined,
  after: SchemaPlace | undefined,
) => boolean;

/** Lists whose order has no meaning. */
const sets = new Set(["required", "enum", "type"]);

/**
 * Compares what the comparison of versions does not look into. Two texts that refer to definitions are the same only
 * when the definitions are, so references are followed; words do not count, unless a field is called `title`.
 */
export function createIsSameKeyword(resources: SchemaResources): IsSameKeyword {
  return (keyword, before, after) => {
    if (before === undefined || after === undefined) return before === after;
    return isSameValue(keyword, before, after, new Set());
  };

  /** @param assumed pairs that are being compared further out: what comes back to them adds nothing. */
  function isSameSchema(a: SchemaPlace, b: SchemaPlace, assumed: Set<string>): boolean {
    if (!isJsonObject(a.schema) || !isJsonObject(b.schema)) return isSameBoolean(a.schema, b.schema);
    const pair = `${placeKey(a)} ${placeKey(b)}`;
    if (assumed.has(pair)) return true;
    assumed.add(pair);
    const keywords = [...Object.keys(a.schema), ...Object.keys(b.schema)].filter((name) => !isAnnotation(name));
    return keywords.every((keyword) => isSameValue(keyword, a, b, assumed));
  }

  function isSameValue(keyword: string, a: SchemaPlace, b: SchemaPlace, assumed: Set<string>): boolean {
    const isSameAt = (steps: Steps): boolean => {
      const [was, is] = [innerPlace(a, steps), innerPlace(b, steps)];
      if (was !== undefined && is !== undefined) return isSameSchema(was, is, assumed);
      return isSameJson(valueBelow(a.schema, steps), valueBelow(b.schema, steps));
    };
    if (referenceKeywords.includes(keyword)) {
      const [was, is] = [a, b].map((place) => referredPlace(place, keyword, resources));
      return was === undefined || is === undefined ? isSameAt([keyword]) : isSameSchema(was, is, assumed);
    }
    const [held, others] = [heldBy(a.schema, keyword), heldBy(b.schema, keyword)];
    if (held.length !== others.length) return false;
    if (held.length > 0) return held.every(({ steps }) => isSameAt(steps));
    const [was, is] = [valueBelow(a.schema, [keyword]), valueBelow(b.schema, [keyword])];
    return sets.has(keyword) ? isSameSet(was, is) : isSameJson(was, is);
  }
}

/** `true` and `{}` say the same: nothing. */
function isSameBoolean(a: JsonObject | boolean, b: JsonObject | boolean): boolean {
  const [was, is] = [a, b].map((schema) =>
    isJsonObject(schema) && Object.keys(schema).every(isAnnotation) ? true : schema,
  );
  return was === is;
}

function isSameSet(a: Json | undefined, b: Json | undefined): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return isSameJson(a, b);
  return isSameJson(a.map(canonicalText).sort(), b.map(canonicalText).sort());
}

/** True if two JSON values are equal. The order of names does not count. */
export function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  return canonicalText(a) === canonicalText(b);
}

function canonicalText(value: Json | undefined): string {
  return JSON.stringify(value, (_, inner: Json) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
