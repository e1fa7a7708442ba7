import { isJsonObject, type JsonObject, typesOf } from "@millrace/schema-graph";
import { eachSchema, type Finding, type LintRule } from "./lint-rule.ts";

/** Numbers that readers can take for different values. */
export const ambiguousNumber: LintRule = eachSchema("ambiguous-number", ({ schema, pointer }) => [
  ...unboundedInteger(schema, pointer),
  ...fractionalMultiple(schema, pointer),
  ...numberOrText(schema, pointer),
  ...wrongDecimals(schema, pointer),
]);

/** Leaves at least 26 digits before the point: https://docs.snowflake.com/en/sql-reference/data-types-numeric */
const MAX_DECIMALS = 12;

function wrongDecimals(schema: JsonObject, pointer: string): Finding[] {
  const decimals = schema["x-decimals"];
  if (decimals === undefined) return [];
  const isNumber = typesOf(schema).some((type) => type === "number" || type === "string");
  const isCount =
    typeof decimals === "number" && Number.isInteger(decimals) && decimals >= 0 && decimals <= MAX_DECIMALS;
  if (isNumber && isCount) return [];
  const message =
    "`x-decimals` says how many digits after the point the warehouse keeps of a number, or of a decimal in a string.";
  return [{ pointer: `${pointer}/x-decimals`, message, fix: `Give a whole number from 0 to ${MAX_DECIMALS}.` }];
}

function unboundedInteger(schema: JsonObject, pointer: string): Finding[] {
  if (!typesOf(schema).includes("integer") || schema["enum"] !== undefined || schema["const"] !== undefined) return [];
  // The format tells readers that they need 64 bits; the column of the warehouse has them.
  if (schema["format"] === "int32" || schema["format"] === "int64") return [];
  const lower = schema["minimum"] ?? schema["exclusiveMinimum"];
  const upper = schema["maximum"] ?? schema["exclusiveMaximum"];
  const isExact = (bound: unknown): boolean => typeof bound === "number" && Number.isSafeInteger(bound);
  if (isExact(lower) && isExact(upper)) return [];
  const message =
    "An integer without bounds within ±(2^53 - 1) loses digits in JavaScript and overflows in other readers.";
  return [{ pointer, message, fix: "Give `minimum` and `maximum`, say `format: int64`, or send it as a string." }];
}

function fractionalMultiple(schema: JsonObject, pointer: string): Finding[] {
  const { multipleOf } = schema;
  if (typeof multipleOf !== "number" || Number.isInteger(multipleOf)) return [];
  const message = `\`multipleOf: ${multipleOf}\` refuses right values where others divide in binary: 19.99 by 0.01.`;
  return [
    {
      pointer: `${pointer}/multipleOf`,
      message,
      fix: "Leave it out and say `x-decimals`, or use an integer in the smaller unit.",
    },
  ];
}

function numberOrText(schema: JsonObject, pointer: string): Finding[] {
  const place = ["type", "enum", "anyOf", "oneOf"].find((keyword) => {
    const types = typesUnder(schema, keyword);
    return types.has("string") && (types.has("number") || types.has("integer"));
  });
  if (place === undefined) return [];
  const message = 'The value can be a number or a string: `1` and `"1"` would be two values.';
  return [{ pointer: `${pointer}/${place}`, message, fix: "Choose one type." }];
}

/** Returns the JSON types that a keyword allows by itself. */
function typesUnder(schema: JsonObject, keyword: string): Set<unknown> {
  const value = schema[keyword];
  if (!Array.isArray(value)) return new Set([]);
  if (keyword === "type") return new Set(value);
  if (keyword === "enum") return new Set(value.map((listed) => typeof listed));
  return new Set(value.flatMap((branch) => (isJsonObject(branch) ? branch["type"] : [])));
}
