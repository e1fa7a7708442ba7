import {
  type Applied,
  createValueGraph,
  heldBy,
  isJsonObject,
  type Json,
  type JsonObject,
  keywordsFor,
  namesOf,
  placeKey,
  reachablePlaces,
  referredPlace,
  type SchemaPlace,
  type SchemaResources,
} from "@millrace/schema-graph";
import { eachSchema, type Finding, type LintRule } from "./lint-rule.ts";

/**
 * Finds schemas that Ajv decides otherwise than the specification; a contract must not depend on them.
 * @see https://github.com/ajv-validator/ajv/issues/2639
 * @see https://github.com/ajv-validator/ajv/issues/2483
 *
 * `tests/property/unevaluated.test.ts` compares what is left with another validator.
 */
export const unsureValidator: LintRule = eachSchema("unsure-validator", (subschema, document, { resources }) => {
  const { schema, pointer } = subschema;
  const refusals = (["unevaluatedItems", "unevaluatedProperties"] as const).flatMap((keyword): Finding[] => {
    if (schema[keyword] === undefined) return [];
    const place = { document, pointer, schema };
    const applied = createValueGraph(document, resources).at([place]);
    const inner = applied.flatMap((each) => (isJsonObject(each.schema) ? [each.schema] : []));
    const reason =
      (keyword === "unevaluatedItems" ? reasonOfItems(schema, inner) : reasonOfAny(inner)) ??
      reasonOfBranches(keyword, place, applied, resources);
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
  if (conditions.some(({ then }) => saysNothing(then))) return "`if` without `then`";
  const isDependent = inner.some((schema) => schema["dependentSchemas"] !== undefined);
  return isDependent && conditions.length > 0 ? "`if` and `dependentSchemas` together" : undefined;
}

function saysNothing(schema: Json | undefined): boolean {
  return schema === undefined || schema === true || (isJsonObject(schema) && Object.keys(schema).length === 0);
}

/** Keywords by which Ajv learns at run time only which names a schema has evaluated. */
const learntLater = ["anyOf", "oneOf", "if", "dependentSchemas", "patternProperties", "$dynamicRef"];
const ofElements = ["items", "prefixItems", "unevaluatedItems"];

/** Of a branch that refuses a value Ajv keeps what it learnt at run time, as if the branch had taken it. */
function reasonOfBranches(
  keyword: "unevaluatedItems" | "unevaluatedProperties",
  own: SchemaPlace,
  applied: readonly Applied[],
  resources: SchemaResources,
): string | undefined {
  const branches = applied.filter(({ certainty }) => certainty !== "certain");
  const words = keyword === "unevaluatedItems" ? ofElements : learntLater;
  const word = words.find((each) => branches.some(({ schema }) => isJsonObject(schema) && schema[each] !== undefined));
  if (word !== undefined) return `\`${word}\` in a branch`;
  // Names that `if` evaluates count for Ajv, whether it holds or not.
  const declared = new Set(namesOf(applied.filter(({ certainty }) => certainty === "certain")));
  const tested = applied.filter(({ certainty }) => certainty === "tested");
  const hasOthers = keywordsFor("other properties").some((each) =>
    tested.some((place) => heldBy(place.schema, each)[0]),
  );
  if (hasOthers || namesOf(tested).some((name) => !declared.has(name))) {
    return "`if` with properties that stand nowhere else";
  }
  const leadsBack = (place: SchemaPlace): boolean => {
    const target = referredPlace(place, "$ref", resources);
    const reached = target === undefined ? [] : [...reachablePlaces(target, resources)];
    return reached.some((each) => placeKey(each) === placeKey(own));
  };
  return branches.some(leadsBack) ? "a branch that refers back to it" : undefined;
}
