import type { SchemaError } from "./compiled-contracts.ts";

type Params = SchemaError["params"];

/** Messages by keyword, in Ajv's words. Kept here once, so that the generated code need not hold one per rule. */
const messages: Readonly<Record<string, (params: Params) => string>> = {
  additionalItems: (params) => `must NOT have more than ${text(params["limit"])} items`,
  additionalProperties: () => "must NOT have additional properties",
  anyOf: () => "must match a schema in anyOf",
  const: () => "must be equal to constant",
  contains: ({ minContains, maxContains }) =>
    maxContains === undefined
      ? `must contain at least ${text(minContains)} valid item(s)`
      : `must contain at least ${text(minContains)} and no more than ${text(maxContains)} valid item(s)`,
  dependencies: dependencyMessage,
  dependentRequired: dependencyMessage,
  enum: () => "must be equal to one of the allowed values",
  exclusiveMaximum: comparisonMessage,
  exclusiveMinimum: comparisonMessage,
  "false schema": () => "boolean schema is false",
  format: (params) => `must match format "${text(params["format"])}"`,
  formatExclusiveMaximum: formatComparisonMessage,
  formatExclusiveMinimum: formatComparisonMessage,
  formatMaximum: formatComparisonMessage,
  formatMinimum: formatComparisonMessage,
  if: (params) => `must match "${text(params["failingKeyword"])}" schema`,
  items: (params) => `must NOT have more than ${text(params["limit"])} items`,
  maxItems: (params) => `must NOT have more than ${text(params["limit"])} items`,
  maxLength: (params) => `must NOT have more than ${text(params["limit"])} characters`,
  maxProperties: (params) => `must NOT have more than ${text(params["limit"])} properties`,
  maximum: comparisonMessage,
  minItems: (params) => `must NOT have fewer than ${text(params["limit"])} items`,
  minLength: (params) => `must NOT have fewer than ${text(params["limit"])} characters`,
  minProperties: (params) => `must NOT have fewer than ${text(params["limit"])} properties`,
  minimum: comparisonMessage,
  multipleOf: (params) => `must be multiple of ${text(params["multipleOf"])}`,
  not: () => "must NOT be valid",
  oneOf: () => "must match exactly one schema in oneOf",
  pattern: (params) => `must match pattern "${text(params["pattern"])}"`,
  propertyNames: () => "property name must be valid",
  required: (params) => `must have required property '${text(params["missingProperty"])}'`,
  type: (params) => `must be ${text(params["type"])}`,
  unevaluatedItems: (params) => `must NOT have more than ${text(params["limit"])} items`,
  unevaluatedProperties: () => "must NOT have unevaluated properties",
  uniqueItems: (params) =>
    `must NOT have duplicate items (items ## ${text(params["j"])} and ${text(params["i"])} are identical)`,
};

/** The message of an error, from its keyword and what the schema expected. */
export function messageOf(keyword: string, params: Params): string {
  const message = Object.hasOwn(messages, keyword) ? messages[keyword] : undefined;
  return message?.(params) ?? `must pass "${keyword}" keyword validation`;
}

function comparisonMessage(params: Params): string {
  return `must be ${text(params["comparison"])} ${text(params["limit"])}`;
}

function formatComparisonMessage(params: Params): string {
  return `should be ${text(params["comparison"])} ${text(params["limit"])}`;
}

function dependencyMessage({ property, depsCount, deps }: Params): string {
  return `must have ${depsCount === 1 ? "property" : "properties"} ${text(deps)} when property ${text(property)} is present`;
}

function text(value: unknown): string {
  return String(value);
}
