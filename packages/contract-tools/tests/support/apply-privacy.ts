import { type PrivacyMap, strictestRule } from "@millrace/event-contracts";

/** The walk that the documentation of `PrivacyMap` describes, as plainly as can be: JSON Pointer → action. */
export function sensitivePaths(map: PrivacyMap, data: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  visit(data, new Set(map.roots ?? [0]), "");
  return found;

  function visit(value: unknown, nodes: Set<number>, path: string): void {
    const rules = [...nodes].map((index) => map.nodes[index]?.rule).filter((rule) => rule !== undefined);
    if (rules.length > 0) found[path] = rules.reduce(strictestRule).action;
    if (Array.isArray(value)) {
      const inner = new Set([...nodes, ...[...nodes].flatMap((index) => map.nodes[index]?.items ?? [])]);
      for (const [index, element] of value.entries()) visit(element, inner, `${path}/${index}`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, nodesOf(nodes, key), `${path}/${key}`);
    }
  }

  function nodesOf(nodes: Set<number>, key: string): Set<number> {
    const inner = new Set<number>();
    for (const index of nodes) {
      const { properties = {}, patterns = [], additional } = map.nodes[index] ?? {};
      const named = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (named !== undefined) inner.add(named);
      else {
        if (additional !== undefined) inner.add(additional);
        for (const { pattern, node } of patterns) if (new RegExp(pattern, "u").test(key)) inner.add(node);
      }
    }
    return inner;
  }
}
