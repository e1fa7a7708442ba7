import type { Draft } from "../../registry/schema-document.ts";
import { pointerStep } from "../../registry/pointer.ts";
import { eachSchema, type LintRule } from "./lint-rule.ts";

const both = `$schema $id $ref $comment title description default examples readOnly writeOnly type enum const multipleOf
  maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern items maxItems minItems uniqueItems contains
  maxProperties minProperties required properties patternProperties additionalProperties propertyNames if then else allOf
  anyOf oneOf not format contentMediaType contentEncoding definitions`.split(/\s+/);

const only: Record<Draft, string[]> = {
  "2020-12": `$defs $anchor $dynamicRef $dynamicAnchor $vocabulary prefixItems minContains maxContains dependentRequired
    dependentSchemas unevaluatedItems unevaluatedProperties contentSchema deprecated formatMinimum formatMaximum
    formatExclusiveMinimum formatExclusiveMaximum`.split(/\s+/),
  "draft-07": ["additionalItems", "dependencies", "deprecated"],
};

/** A keyword that is misspelt, or of another dialect, says nothing: validators pass over it in silence. */
export const unknownKeyword: LintRule = eachSchema("unknown-keyword", ({ schema, pointer }, { draft }) => {
  const known = new Set([...both, ...only[draft]]);
  return Object.keys(schema)
    .filter((keyword) => !known.has(keyword) && !keyword.startsWith("x-"))
    .map((keyword) => ({
      pointer: pointer + pointerStep(keyword),
      message: `\`${keyword}\` is no keyword of JSON Schema ${draft}, so it checks nothing.`,
      fix: "Correct the spelling, use the dialect's own keyword, or begin it with `x-` if it is an annotation.",
    }));
});
