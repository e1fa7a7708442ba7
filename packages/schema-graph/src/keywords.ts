import type { Draft } from "./schema-document.ts";

/** Dialects that can be told apart: those of the registry, and those that an import converts. */
export type Dialect = Draft | "2019-09" | "draft-06" | "draft-04";

const draft04 = `$schema id $ref title description default type enum multipleOf maximum exclusiveMaximum minimum
  exclusiveMinimum maxLength minLength pattern items additionalItems maxItems minItems uniqueItems maxProperties
  minProperties required properties patternProperties additionalProperties dependencies allOf anyOf oneOf not format
  definitions`;

/** By dialect: what it adds to the one before, and what it takes away. */
const steps: readonly (readonly [dialect: Dialect, added: string, removed: string])[] = [
  ["draft-04", draft04, ""],
  ["draft-06", "$id const contains propertyNames examples", "id"],
  ["draft-07", "if then else $comment readOnly writeOnly contentMediaType contentEncoding deprecated", ""],
  [
    "2019-09",
    `$defs $anchor $recursiveRef $recursiveAnchor $vocabulary minContains maxContains dependentRequired dependentSchemas
    unevaluatedItems unevaluatedProperties contentSchema`,
    "dependencies",
  ],
  [
    "2020-12",
    `$dynamicRef $dynamicAnchor prefixItems formatMinimum formatMaximum formatExclusiveMinimum formatExclusiveMaximum`,
    "$recursiveRef $recursiveAnchor additionalItems",
  ],
];

const sets = new Map<Dialect, ReadonlySet<string>>();
let known: ReadonlySet<string> = new Set<string>();
for (const [dialect, added, removed] of steps) {
  const gone = new Set(removed.split(/\s+/));
  known = new Set([...known, ...added.split(/\s+/)].filter((word) => !gone.has(word)));
  sets.set(dialect, known);
}

/** Returns the keywords of a dialect. All other members of a schema have no effect on values. */
export function keywordsOf(dialect: Dialect): ReadonlySet<string> {
  return sets.get(dialect) ?? new Set();
}

const comments: ReadonlySet<string> = new Set(
  "title description default examples $comment readOnly writeOnly deprecated".split(" "),
);

/** True for keywords that say nothing about values, in every dialect. */
export function isComment(keyword: string): boolean {
  return comments.has(keyword);
}
