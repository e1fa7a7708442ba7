import { eachSchema, type LintRule } from "./lint-rule.ts";

/** Every `$ref` must lead to a schema of this registry, in the same dialect. */
export const danglingRef: LintRule = eachSchema("dangling-ref", ({ schema, pointer }, document, registry) => {
  return (["$ref", "$dynamicRef"] as const).flatMap((keyword) => {
    const reference = schema[keyword];
    if (typeof reference !== "string") return [];
    const place = `${pointer}/${keyword}`;
    const target = registry.resources.resolve(reference, document, pointer);
    if (target === undefined) {
      const fix = "Name the $id of an existing version, or add the schema it should lead to.";
      return [{ pointer: place, message: `\`${reference}\` leads nowhere.`, fix }];
    }
    if (target.document.draft === document.draft) return [];
    const message = `The schema is written in ${document.draft}, but refers to one in ${target.document.draft}.`;
    return [{ pointer: place, message, fix: "Copy what it needs under `$defs`, or rewrite it in the same dialect." }];
  });
});
