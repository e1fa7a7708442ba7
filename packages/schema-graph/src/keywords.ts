import type { Draft } from "./schema-document.ts";

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

const sets = new Map(Object.entries(only).map(([draft, words]) => [draft, new Set([...both, ...words])]));

/** The keywords of a dialect; whatever else a schema holds says nothing about values. */
export function keywordsOf(draft: Draft): ReadonlySet<string> {
  return sets.get(draft) ?? new Set();
}
