import { keywordsOf, pointerStep } from "@millrace/schema-graph";
import { draftOf } from "../../registry/registry.ts";
import { eachSchema, type LintRule } from "./lint-rule.ts";

/** A misspelt keyword, or one of another dialect, has no effect: validators skip it in silence. */
export const unknownKeyword: LintRule = eachSchema("unknown-keyword", ({ schema, pointer }, { draft }) => {
  const known = keywordsOf(draft);
  return Object.keys(schema)
    .filter((keyword) => !known.has(keyword) && !keyword.startsWith("x-"))
    .map((keyword) => ({
      pointer: pointer + pointerStep(keyword),
      message: `\`${keyword}\` is no keyword of JSON Schema ${draft}, so it checks nothing.`,
      fix: "Correct the spelling, use the dialect's own keyword, or begin it with `x-` if it is an annotation.",
    }));
});

/** draft-04 names its documents by `id`, and later dialects pass over it: references would lead elsewhere. */
export const oldKeyword: LintRule = eachSchema("old-keyword", ({ schema, pointer }) => {
  if (typeof schema["id"] !== "string") return [];
  const message = "`id` is the word of draft-04; later dialects say `$id`.";
  return [{ pointer: `${pointer}/id`, message, fix: "Say `$id`, or leave it out." }];
});

/** A document is read in one dialect: validators skip an inner `$schema` in silence. */
export const innerDialect: LintRule = eachSchema("dialect", ({ schema, pointer }, document) => {
  const { $schema } = schema;
  if (pointer === "" || $schema === undefined || draftOf(schema) === document.draft) return [];
  const message = `The schema inside is written in ${JSON.stringify($schema)}, the document in ${document.draft}.`;
  return [{ pointer: `${pointer}/$schema`, message, fix: "Give it a file of its own, or rewrite it in one dialect." }];
});
