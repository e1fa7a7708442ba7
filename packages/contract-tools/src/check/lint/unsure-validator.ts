import { createValueGraph, isJsonObject, type JsonObject } from "@millrace/schema-graph";
import { eachSchema, type Finding, type LintRule } from "./lint-rule.ts";

/**
 * Finds schemas that Ajv decides otherwise than the specification; a contract must not depend on them.
 * @see https://github.com/ajv-validator/ajv/issues/2639
 * @see https://github.com/ajv-validator/ajv/issues/2483
 */
export const unsureValidator: LintRule = eachSchema("unsure-validator", (subschema, document, { resources }) => {
  const { schema, pointer } = subschema;
  const refusals = (["unevaluatedItems", "unevaluatedProperties"] as const).flatMap((keyword): Finding[] => {
    if (schema[keyword] === undefined) return [];
    const inner = createValueGraph(document, resources)
      .at([{ document, pointer, schema }])
      .flatMap((place) => (isJsonObject(place.schema) ? [place.schema] : []));
    const reason = keyword === "unevaluatedItems" ? reasonOfItems(schema, inner) : reasonOfAny(inner);
    if (reason === undefined) return [];
    const message = `Validators decide \`${keyword}\` wrongly beside ${reason}.`;
    const fix = `Say with \`additionalProperties\`, \`items\` or \`prefixItems\` what may come, and drop \`${keyword}\`.`;
    return [{ pointer: `${pointer}/${keyword}`, message, fix }];
  });
  if (document.draft !== "draft-07" || schema["$ref"] === undefined || schema["$id"] === undefined) return refusals;
  const message = "In draft-07 nothing beside `$ref` counts, but validators obey `$id` there.";
  return [
    ...refusals,
    { pointer: `${pointer}/$id`, message, fix: "Put the `$ref` into an `allOf`, or drop the `$id`." },
  ];
});

function reasonOfItems(own: JsonObject, inner: readonly JsonObject[]): string | undefined {
  if (inner.some((schema) => schema["contains"] !== undefined)) return "`contains`";
  const isNested = (schema: JsonObject): boolean =>
    schema !== own && (schema["items"] !== undefined || schema["unevaluatedItems"] !== undefined);
  if (inner.some(isNested)) return "`items` or `unevaluatedItems` in a branch";
  return reasonOfAny(inner);
}

function reasonOfAny(inner: readonly JsonObject[]): string | undefined {
  const conditions = inner.filter((schema) => schema["if"] !== undefined);
  if (conditions.some((schema) => schema["then"] === undefined)) return "`if` without `then`";
  const isDependent = inner.some((schema) => schema["dependentSchemas"] !== undefined);
  return isDependent && conditions.length > 0 ? "`if` and `dependentSchemas` together" : undefined;
}
