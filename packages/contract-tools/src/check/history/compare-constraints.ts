import { applicatorOf, applicators, type Json, referenceKeywords } from "@millrace/schema-graph";
import type { ChangeClass } from "./change.ts";
import { type EffectiveSchema, valueOf } from "./effective-schema.ts";
import { type IsSameKeyword, isSameJson } from "./same-schemas.ts";

interface ConstraintChange {
  class: ChangeClass;
  message: string;
}

/** Keywords whose greater values take less, and those whose greater values take more. */
const lowerBounds = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"];
const upperBounds = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"];
/** A constraint that is there or not, or is another one. */
const exact =
  `pattern format multipleOf uniqueItems contentEncoding contentMediaType propertyNames formatMinimum formatMaximum
  formatExclusiveMinimum formatExclusiveMaximum`.split(/\s+/);
/** Keywords that hold schemas and are compared elsewhere. */
const comparedApart = ["properties", "additionalProperties", "unevaluatedProperties", "items", "allOf", ...exact];
/** Combinations are not looked into: another combination is another contract. */
const combinations = [
  ...Object.keys(applicators).filter((keyword) => applicatorOf(keyword)?.target !== "nothing"),
  ...referenceKeywords.filter((keyword) => keyword !== "$ref"),
  "dependentRequired",
].filter((keyword) => !comparedApart.includes(keyword));
/** Their values decide the type of a column, and a view keeps the first type of a column. */
const columnFormats: readonly Json[] = ["date", "date-time", "int32", "int64"];

/** The differences in everything but types and properties. */
export function compareConstraints(
  before: EffectiveSchema,
  after: EffectiveSchema,
  isSameKeyword: IsSameKeyword,
): ConstraintChange[] {
  const isSame = (keyword: string): boolean =>
    isSameKeyword(keyword, before.keywords.get(keyword), after.keywords.get(keyword));
  return [
    ...lowerBounds.flatMap((keyword) => compareBound(before, after, keyword, 1)),
    ...upperBounds.flatMap((keyword) => compareBound(before, after, keyword, -1)),
    ...exact.filter((keyword) => !isSame(keyword)).flatMap((keyword) => compareExact(before, after, keyword)),
    ...compareValues(before, after),
    ...combinations.filter((keyword) => !isSame(keyword)).map(combinationChange),
    ...compareHidden(before, after, isSameKeyword),
    ...comparePrivacy(before, after),
    ...compareDecimals(before, after),
  ];
}

/** A view keeps the type that a column had first, and would round. */
function compareDecimals(before: EffectiveSchema, after: EffectiveSchema): ConstraintChange[] {
  const was = valueOf(before, "x-decimals");
  const is = valueOf(after, "x-decimals");
  if (was === is || was === undefined) return [];
  const message = `\`x-decimals\` changes from ${say(was)} to ${say(is)}: the column of the warehouse keeps its digits.`;
  return [{ class: "model", message }];
}

function compareBound(
  before: EffectiveSchema,
  after: EffectiveSchema,
  keyword: string,
  sign: 1 | -1,
): ConstraintChange[] {
  const was = boundOf(before, keyword);
  const is = boundOf(after, keyword);
  if (was === is || (is !== undefined && typeof is !== "number")) return [];
  const isTighter = is !== undefined && (typeof was !== "number" || (is - was) * sign > 0);
  const message = `\`${keyword}\` changes from ${say(was)} to ${say(is)}`;
  if (isTighter) return [{ class: "revision", message: `${message}: events that were taken are refused.` }];
  return [{ class: "addition", message: `${message}.` }];
}

/** One element has to match `contains` when `minContains` does not say otherwise. */
function boundOf(schema: EffectiveSchema, keyword: string): Json | undefined {
  return valueOf(schema, keyword) ?? (keyword === "minContains" && schema.keywords.has("contains") ? 1 : undefined);
}

function compareExact(before: EffectiveSchema, after: EffectiveSchema, keyword: string): ConstraintChange[] {
  const was = valueOf(before, keyword);
  const is = valueOf(after, keyword);
  if (keyword === "format" && columnFormats.some((format) => format === was)) {
    const message = `\`format\` changes from ${say(was)} to ${say(is)}: the column of the warehouse takes no other values.`;
    return [{ class: "model", message }];
  }
  const isGone = is === undefined || (keyword === "uniqueItems" && is === false);
  if (isGone && mayHoldAnnotation(was)) {
    const message = `\`${keyword}\` is gone, and with it what its annotations masked.`;
    return [{ class: "revision", message }];
  }
  if (isGone) return [{ class: "addition", message: `\`${keyword}\` is gone.` }];
  return [
    {
      class: "revision",
      message: `\`${keyword}\` changes from ${say(was)} to ${say(is)}: events that were taken are refused.`,
    },
  ];
}

/** True if a schema is annotated, or refers to one that may be. A pattern or a bound is no schema. */
function mayHoldAnnotation(value: Json | undefined): boolean {
  return typeof value === "object" && /"(?:x-privacy|\$ref|\$dynamicRef)":/u.test(JSON.stringify(value));
}

function compareValues(before: EffectiveSchema, after: EffectiveSchema): ConstraintChange[] {
  const was = valuesOf(before);
  const is = valuesOf(after);
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [{ class: "revision", message: `Only listed values are taken now: ${say(is)}.` }];
  if (is === undefined) return [{ class: "addition", message: "Any value is taken now, not only the listed ones." }];
  const gone = was.filter((value) => !is.some((other) => isSameJson(value, other)));
  const added = is.filter((value) => !was.some((other) => isSameJson(value, other)));
  if (gone.length === was.length) return [{ class: "model", message: `None of the old values is left: ${say(gone)}.` }];
  if (gone.length > 0) return [{ class: "revision", message: `Values are gone: ${gone.map(say).join(", ")}.` }];
  return added.length > 0 ? [{ class: "addition", message: `Values are new: ${added.map(say).join(", ")}.` }] : [];
}

/** The values that are listed, `undefined` when any is taken. */
export function valuesOf(schema: EffectiveSchema): Json[] | undefined {
  const constant = valueOf(schema, "const");
  const list = valueOf(schema, "enum");
  if (constant === undefined) return Array.isArray(list) ? list : undefined;
  // Both hold: a constant that the list does not have leaves no value.
  return !Array.isArray(list) || list.some((value) => isSameJson(value, constant)) ? [constant] : [];
}

/** Another combination. The members of `allOf` are compared in pairs, where there are as many. */
export function combinationChange(keyword: string): ConstraintChange {
  return { class: "model", message: `\`${keyword}\` changes, which cannot be shown to be compatible.` };
}

/** Compares the demands that `$ref` makes by a keyword which also stands beside it. */
function compareHidden(
  before: EffectiveSchema,
  after: EffectiveSchema,
  isSameKeyword: IsSameKeyword,
): ConstraintChange[] {
  const isSame =
    before.hidden.length === after.hidden.length &&
    before.hidden.every(([keyword, entry], index) => {
      const [otherKeyword, other] = after.hidden[index] ?? [];
      return keyword === otherKeyword && isSameKeyword(keyword, entry, other);
    });
  return isSame ? [] : [combinationChange("$ref")];
}

function comparePrivacy(before: EffectiveSchema, after: EffectiveSchema): ConstraintChange[] {
  const [was, is] = [before, after].map((schema) => valueOf(schema, "x-privacy") ?? false);
  if (isSameJson(was, is)) return [];
  return [{ class: "revision", message: `What consumers see changes: \`x-privacy\` from ${say(was)} to ${say(is)}.` }];
}

function say(value: Json | undefined): string {
  return value === undefined ? "nothing" : `\`${JSON.stringify(value)}\``;
}
