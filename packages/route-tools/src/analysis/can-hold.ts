import { type Criterion, satisfies, type Scalar } from "@millrace/event-pattern";
import type { Location } from "./schema-shapes.ts";
import { isOutside } from "./string-language.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Why no value of a schema satisfies a criterion. */
export interface Impossible {
  readonly rule:
    | "impossible-type"
    | "impossible-value"
    | "impossible-range"
    | "impossible-pattern"
    | "impossible-length";
  readonly message: string;
}

/** Why a criterion holds for no value that the schema allows, or `undefined` when it may hold. */
export function whyImpossible(criterion: Criterion, schema: JsonObject): Impossible | undefined {
  const values = listedValues(schema);
  if (values !== undefined) {
    if (values.some((value) => satisfies(criterion, value)) || criterion.op === "absent") return undefined;
    return {
      rule: "impossible-value",
      message: `It is none of ${values.map((value) => JSON.stringify(value)).join(", ")}.`,
    };
  }
  const wrongType = typeFault(criterion, schema);
  if (wrongType !== undefined) return wrongType;
  if (criterion.op === "equals" && typeof criterion.value === "number") {
    const { value } = criterion;
    return rangeFault({ low: value, isLowOpen: false, high: value, isHighOpen: false }, schema);
  }
  if (criterion.op === "range") return rangeFault(criterion, schema);
  if (criterion.op === "equals" && typeof criterion.value === "string") return textFault(criterion.value, schema);
  if (isOutside(criterion, schema)) return outsideFault(schema);
  return affixFault(criterion, schema);
}

/** The criteria that a negation excludes; none of another criterion. */
export function excludedBy(criterion: Criterion): Criterion[] {
  switch (criterion.op) {
    case "anything-but":
      return criterion.values.map((value) => ({ op: "equals", value }));
    case "anything-but-prefix":
      return criterion.values.map((value) => ({ op: "prefix", value }));
    case "anything-but-suffix":
      return criterion.values.map((value) => ({ op: "suffix", value }));
    case "anything-but-ignore-case":
      return criterion.values.map((value) => ({ op: "equals-ignore-case", value }));
    case "anything-but-wildcard":
      return criterion.values.map((parts) => ({ op: "wildcard", parts }));
    default:
      return [];
  }
}

function listedValues(schema: JsonObject): Scalar[] | undefined {
  const { enum: listed, const: only } = schema;
  if (Array.isArray(listed)) return listed as Scalar[];
  return Object.hasOwn(schema, "const") ? [only as Scalar] : undefined;
}

/** The JSON types a criterion can hold for; undefined: any. */
function typesOf(criterion: Criterion): readonly string[] | undefined {
  switch (criterion.op) {
    case "equals":
      if (criterion.value === null) return ["null"];
      return typeof criterion.value === "number" ? ["number", "integer"] : [typeof criterion.value];
    case "range":
    case "number-text":
      return ["number", "integer"];
    case "prefix":
    case "suffix":
    case "prefix-ignore-case":
    case "suffix-ignore-case":
    case "equals-ignore-case":
    case "wildcard":
    case "ip":
      return ["string"];
    default:
      return undefined;
  }
}

function typeFault(criterion: Criterion, schema: JsonObject): Impossible | undefined {
  const allowed = schema["type"] === undefined ? undefined : [schema["type"]].flat().map(String);
  const wanted = typesOf(criterion);
  if (allowed === undefined || wanted === undefined || wanted.some((type) => allowed.includes(type))) return undefined;
  const isWhole = allowed.every((type) => type === "object" || type === "array");
  const message = isWhole
    ? "The field is an object; patterns compare the values inside it."
    : `The field is ${allowed.join(" or ")}, the comparison is with ${wanted[0] ?? ""}.`;
  return { rule: "impossible-type", message };
}

/** Numbers between two ends. */
interface Between {
  readonly low: number;
  readonly isLowOpen: boolean;
  readonly high: number;
  readonly isHighOpen: boolean;
}

function rangeFault({ low, isLowOpen, high, isHighOpen }: Between, schema: JsonObject): Impossible | undefined {
  const allowed = allowedNumbers(schema);
  const isBelow = high < allowed.low || (high === allowed.low && (isHighOpen || allowed.isLowOpen));
  const isAbove = low > allowed.high || (low === allowed.high && (isLowOpen || allowed.isHighOpen));
  if (isBelow || isAbove) {
    return { rule: "impossible-range", message: `The contract allows ${allowed.low} to ${allowed.high} only.` };
  }
  const { type, multipleOf = type === "integer" ? 1 : undefined } = schema;
  if (typeof multipleOf !== "number") return undefined;
  const [from, to] = [low / multipleOf, high / multipleOf];
  const first = isLowOpen ? Math.floor(from) + 1 : Math.ceil(from);
  const last = isHighOpen ? Math.ceil(to) - 1 : Math.floor(to);
  if (first <= last) return undefined;
  const allowedOnes = multipleOf === 1 ? "whole numbers" : `multiples of ${multipleOf}`;
  return {
    rule: "impossible-range",
    message: `The contract allows ${allowedOnes} only, and there is none in between.`,
  };
}

function allowedNumbers(schema: JsonObject): Between {
  const number = (keyword: string): number | undefined => {
    const value = schema[keyword];
    return typeof value === "number" ? value : undefined;
  };
  const above = number("exclusiveMinimum");
  const below = number("exclusiveMaximum");
  return {
    low: Math.max(number("minimum") ?? Number.NEGATIVE_INFINITY, above ?? Number.NEGATIVE_INFINITY),
    isLowOpen: above !== undefined && above >= (number("minimum") ?? above),
    high: Math.min(number("maximum") ?? Number.POSITIVE_INFINITY, below ?? Number.POSITIVE_INFINITY),
    isHighOpen: below !== undefined && below <= (number("maximum") ?? below),
  };
}

function textFault(text: string, schema: JsonObject): Impossible | undefined {
  const { pattern } = schema;
  if (typeof pattern === "string" && !new RegExp(pattern, "u").test(text)) {
    return { rule: "impossible-pattern", message: `The contract allows only values that fit ${pattern}.` };
  }
  if (isOutside({ op: "equals", value: text }, schema)) return outsideFault(schema);
  return lengthFault(Array.from(text).length, schema, true);
}

function outsideFault({ pattern, format }: JsonObject): Impossible {
  const allowed = typeof pattern === "string" ? pattern : `the format ${String(format)}`;
  return { rule: "impossible-pattern", message: `The contract allows only values that fit ${allowed}.` };
}

function lengthFault(length: number, schema: JsonObject, isWhole: boolean): Impossible | undefined {
  const { minLength, maxLength } = schema;
  if (typeof maxLength === "number" && length > maxLength) {
    return { rule: "impossible-length", message: `The contract allows at most ${maxLength} characters.` };
  }
  if (isWhole && typeof minLength === "number" && length < minLength) {
    return { rule: "impossible-length", message: `The contract asks for at least ${minLength} characters.` };
  }
  return undefined;
}

/** Bounds for the length of a part of a text. */
function affixFault(criterion: Criterion, schema: JsonObject): Impossible | undefined {
  switch (criterion.op) {
    case "prefix":
      return lengthFault(criterion.value.length, schema, false);
    case "wildcard":
      return lengthFault(criterion.parts.join("").length, schema, false);
    case "suffix":
      return lengthFault(criterion.value.length, schema, false);
    case "equals-ignore-case":
    case "prefix-ignore-case":
    case "suffix-ignore-case":
      return lengthFault(Math.floor(criterion.value.length / 3), schema, false);
    default:
      return undefined;
  }
}

/** Why a criterion holds in none of the ways the field can look, over all contracts. */
export function whyNowhere(
  criterion: Criterion,
  places: readonly { readonly location: Location }[],
): Impossible | undefined {
  let why: Impossible | undefined;
  for (const { location } of places) {
    if (location.isOpen) return undefined;
    for (const shape of location.shapes) {
      const faults = shape.map(({ schema }) => whyImpossible(criterion, schema)).filter((fault) => fault !== undefined);
      const [
        fault = leafFault(
          criterion,
          shape.map(({ schema }) => schema),
        ),
      ] = faults;
      if (fault === undefined) return undefined;
      why ??= fault;
    }
  }
  return why;
}

/** `exists` and negations hold on leaves only: not on an object, and on an array only through its elements. */
function leafFault(criterion: Criterion, shape: readonly JsonObject[]): Impossible | undefined {
  if (criterion.op === "absent") return undefined;
  const isWhole = shape.some(
    ({ type, properties }) => type === "object" || type === "array" || (type === undefined && properties !== undefined),
  );
  if (!isWhole) return undefined;
  return { rule: "impossible-type", message: "The field is an object; patterns compare the values inside it." };
}
