import { applicatorOf, isComment } from "@millrace/schema-graph";

const names: readonly string[] = ["$schema", "$id", "$anchor"];

/**
 * True for keywords that change neither which events are taken nor what becomes of them. `x-privacy` is none:
 * enrichment obeys it.
 */
export function isAnnotation(keyword: string): boolean {
  const isDefinition = applicatorOf(keyword)?.target === "nothing";
  return isComment(keyword) || names.includes(keyword) || isDefinition || /^x-(?!privacy$)/.test(keyword);
}
