import type { PrivacyNode } from "./privacy-map.ts";

/** The indices of the nodes that a node of a privacy map leads to. */
export function privacyChildren({ properties = {}, patterns = [], additional, items }: PrivacyNode): number[] {
  return [...Object.values(properties), ...patterns.map(({ node }) => node), additional, items].filter(
    (index) => index !== undefined,
  );
}

/**
 * The node in a map whose nodes have other places.
 * @param placeOf gives the new index of a node
 */
export function movePrivacyNode(node: PrivacyNode, placeOf: (index: number) => number): PrivacyNode {
  const { properties, patterns, additional, items } = node;
  return {
    ...node,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, placeOf(child)])),
    }),
    ...(patterns && { patterns: patterns.map(({ pattern, node: child }) => ({ pattern, node: placeOf(child) })) }),
    ...(additional === undefined ? {} : { additional: placeOf(additional) }),
    ...(items === undefined ? {} : { items: placeOf(items) }),
  };
}

/** The indices of the nodes that pass a test, and of those from which one can be reached. */
export function privacyNodesLeadingTo(
  nodes: readonly PrivacyNode[],
  isEnd: (node: PrivacyNode) => boolean,
): ReadonlySet<number> {
  const parents = new Map<number, number[]>();
  const found = new Set<number>();
  for (const [index, node] of nodes.entries()) {
    if (isEnd(node)) found.add(index);
    for (const child of privacyChildren(node)) {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [index]);
      else known.push(index);
    }
  }
  // A set is walked to its end, with what is added on the way.
  for (const index of found) for (const parent of parents.get(index) ?? []) found.add(parent);
  return found;
}
