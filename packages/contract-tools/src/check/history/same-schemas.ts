import {
  isJsonObject,
  type Json,
  type JsonObject,
  placeKey,
  referenceKeywords,
  referredPlace,
  type SchemaPlace,
  type SchemaResources,
  applicatorOf,
} from "@millrace/schema-graph";
import { isAnnotation } from "./annotations.ts";
import { innerPlace, type KeywordEntry } from "./effective-schema.ts";

/** Tells whether what two schemas say of a keyword is the same, through every `$ref`. */
export type IsSameKeyword = (
  keyword: string,
  before: KeywordEntry | undefined,
  after: KeywordEntry | undefined,
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
    const { schema: before } = a;
    const { schema: after } = b;
    const keywords = new Set([...Object.keys(before), ...Object.keys(after)].filter((name) => !isAnnotation(name)));
    return [...keywords].every((keyword) => {
      const was = before[keyword];
      const is = after[keyword];
      if (was === undefined || is === undefined) return false;
      return isSameValue(keyword, { value: was, place: a }, { value: is, place: b }, assumed);
    });
  }

  function isSameValue(keyword: string, a: KeywordEntry, b: KeywordEntry, assumed: Set<string>): boolean {
    if (referenceKeywords.includes(keyword)) return isSameTarget(keyword, a, b, assumed);
    const shape = applicatorOf(keyword)?.holds;
    const isSameInner = (step: string | number, was: Json, is: Json): boolean =>
      isSchema(was) && isSchema(is)
        ? isSameSchema(innerPlace(a.place, was, [keyword, step]), innerPlace(b.place, is, [keyword, step]), assumed)
        : isSameJson(was, is);
    if (shape !== undefined && Array.isArray(a.value) && Array.isArray(b.value)) {
      const { value: others } = b;
      return a.value.length === others.length && a.value.every((was, at) => isSameInner(at, was, others[at] ?? null));
    }
    if (shape === "map" && isJsonObject(a.value) && isJsonObject(b.value))
      return isSameMap(a.value, b.value, isSameInner);
    if (shape !== undefined && isSchema(a.value) && isSchema(b.value)) {
      return isSameSchema(innerPlace(a.place, a.value, [keyword]), innerPlace(b.place, b.value, [keyword]), assumed);
    }
    return sets.has(keyword) ? isSameSet(a.value, b.value) : isSameJson(a.value, b.value);
  }

  function isSameTarget(keyword: string, a: KeywordEntry, b: KeywordEntry, assumed: Set<string>): boolean {
    const [was, is] = [a, b].map(({ place }) => referredPlace(place, keyword, resources));
    return was === undefined || is === undefined ? a.value === b.value : isSameSchema(was, is, assumed);
  }
}

function isSchema(value: Json): value is JsonObject | boolean {
  return isJsonObject(value) || typeof value === "boolean";
}

/** `true` and `{}` say the same: nothing. */
function isSameBoolean(a: JsonObject | boolean, b: JsonObject | boolean): boolean {
  const [was, is] = [a, b].map((schema) =>
    isJsonObject(schema) && Object.keys(schema).every(isAnnotation) ? true : schema,
  );
  return was === is;
}

function isSameMap(a: JsonObject, b: JsonObject, isSameInner: (key: string, was: Json, is: Json) => boolean): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSameInner(key, a[key] ?? null, b[key] ?? null))
  );
}

function isSameSet(a: Json, b: Json): boolean {
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
