import { isJsonObject, type Json } from "../../json.ts";
import type { ChangeClass } from "./change.ts";
import { type EffectiveSchema, valueOf } from "./effective-schema.ts";

interface ConstraintChange {
  class: ChangeClass;
  message: string;
}

/** Keywords whose greater values take less, and those whose greater values take more. */
const lowerBounds = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"];
const upperBounds = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"];
/** A constraint that is there or not, or is another one. */
const exact = [
  "pattern",
  "format",
  "multipleOf",
  "uniqueItems",
  "contentEncoding",
  "contentMediaType",
  "propertyNames",
];
/** Combinations are not looked into: another combination is another contract. */
const combinations =
  `allOf anyOf oneOf not if then else dependentSchemas dependentRequired dependencies patternProperties
  prefixItems contains additionalItems unevaluatedItems`.split(/\s+/);

/** The differences in everything but types and properties. */
export function compareConstraints(before: EffectiveSchema, after: EffectiveSchema): ConstraintChange[] {
  return [
    ...lowerBounds.flatMap((keyword) => compareBound(before, after, keyword, 1)),
    ...upperBounds.flatMap((keyword) => compareBound(before, after, keyword, -1)),
    ...exact.flatMap((keyword) => compareExact(before, after, keyword)),
    ...compareValues(before, after),
    ...compareOpenness(before, after),
    ...combinations.flatMap((keyword) => compareCombination(before, after, keyword)),
    ...comparePrivacy(before, after),
  ];
}

function compareBound(
  before: EffectiveSchema,
  after: EffectiveSchema,
  keyword: string,
  sign: 1 | -1,
): ConstraintChange[] {
  const was = valueOf(before, keyword);
  const is = valueOf(after, keyword);
  if (was === is || (is !== undefined && typeof is !== "number")) return [];
  const isTighter = is !== undefined && (typeof was !== "number" || (is - was) * sign > 0);
  const message = `\`${keyword}\` changes from ${say(was)} to ${say(is)}`;
  if (isTighter) return [{ class: "revision", message: `${message}: events that were taken are refused.` }];
  return [{ class: "addition", message: `${message}.` }];
}

function compareExact(before: EffectiveSchema, after: EffectiveSchema, keyword: string): ConstraintChange[] {
  const was = valueOf(before, keyword);
  const is = valueOf(after, keyword);
  if (isSame(was, is)) return [];
  if (is === undefined || is === false) return [{ class: "addition", message: `\`${keyword}\` is gone.` }];
  return [
    {
      class: "revision",
      message: `\`${keyword}\` changes from ${say(was)} to ${say(is)}: events that were taken are refused.`,
    },
  ];
}

function compareValues(before: EffectiveSchema, after: EffectiveSchema): ConstraintChange[] {
  const was = valuesOf(before);
  const is = valuesOf(after);
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [{ class: "revision", message: `Only listed values are taken now: ${say(is)}.` }];
  if (is === undefined) return [{ class: "addition", message: "Any value is taken now, not only the listed ones." }];
  const gone = was.filter((value) => !is.some((other) => isSame(value, other)));
  const added = is.filter((value) => !was.some((other) => isSame(value, other)));
  if (gone.length === was.length) return [{ class: "model", message: `None of the old values is left: ${say(gone)}.` }];
  if (gone.length > 0) return [{ class: "revision", message: `Values are gone: ${gone.map(say).join(", ")}.` }];
  return added.length > 0 ? [{ class: "addition", message: `Values are new: ${added.map(say).join(", ")}.` }] : [];
}

function valuesOf(schema: EffectiveSchema): Json[] | undefined {
  const constant = valueOf(schema, "const");
  const list = valueOf(schema, "enum");
  return constant === undefined ? (Array.isArray(list) ? list : undefined) : [constant];
}

function compareOpenness(before: EffectiveSchema, after: EffectiveSchema): ConstraintChange[] {
  return ["additionalProperties", "unevaluatedProperties"].flatMap((keyword): ConstraintChange[] => {
    const was = valueOf(before, keyword) ?? true;
    const is = valueOf(after, keyword) ?? true;
    if (isSame(was, is)) return [];
    if (is === true) return [{ class: "addition", message: "The object is open now." }];
    if (was === false) return [{ class: "addition", message: "Some other properties are taken now." }];
    return [{ class: "model", message: "Other properties are taken no longer, or not all: sources may send them." }];
  });
}

function compareCombination(before: EffectiveSchema, after: EffectiveSchema, keyword: string): ConstraintChange[] {
  const was = valueOf(before, keyword);
  const is = valueOf(after, keyword);
  if (isSame(was, is)) return [];
  const message = `\`${keyword}\` changes, which cannot be shown to be compatible.`;
  return [{ class: "model", message }];
}

function comparePrivacy(before: EffectiveSchema, after: EffectiveSchema): ConstraintChange[] {
  const was = valueOf(before, "x-privacy");
  const is = valueOf(after, "x-privacy");
  if (isSame(was, is)) return [];
  return [{ class: "revision", message: `What consumers see changes: \`x-privacy\` from ${say(was)} to ${say(is)}.` }];
}

/** Whether two JSON values say the same; `description` and the like do not count. */
function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

function canonical(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((inner) => canonical(inner) ?? null);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value)
    .filter((key) => !["description", "title", "$comment", "examples"].includes(key))
    .sort();
  return Object.fromEntries(keys.map((key) => [key, canonical(value[key]) ?? null]));
}

function say(value: Json | undefined): string {
  return value === undefined ? "nothing" : `\`${JSON.stringify(value)}\``;
}
