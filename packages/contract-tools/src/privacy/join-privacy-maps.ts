import { movePrivacyNode, privacyChildren, type PrivacyMap, type PrivacyNode } from "@millrace/event-contracts";

/**
 * One map for values that may follow any of some schemas: all of their maps apply. Equal nodes are one, as those of a
 * shared document that a thousand contracts refer to; roots are as few as say the same together.
 */
export function joinPrivacyMaps(maps: readonly PrivacyMap[]): PrivacyMap {
  const nodes: PrivacyNode[] = [];
  const byText = new Map<string, number>();
  const roots = new Set<number>();
  const union: PrivacyNode[] = [];
  const add = (node: PrivacyNode): number => {
    const text = JSON.stringify(node);
    const known = byText.get(text) ?? nodes.push(node) - 1;
    byText.set(text, known);
    return known;
  };

  for (const map of maps) {
    const placed = new Map<number, number>();
    const place = (index: number): number => placed.get(index) ?? -1;
    const pending = new Set(map.nodes.keys());
    // From the leaves on: a node is compared when its children have their places.
    for (let size = -1; size !== pending.size; ) {
      size = pending.size;
      for (const index of pending) {
        const node = map.nodes[index] ?? {};
        if (!privacyChildren(node).every((child) => placed.has(child))) continue;
        pending.delete(index);
        const moved = movePrivacyNode(node, place);
        // Nothing that such a root leads to leads back to it.
        if (index === 0 && hasNamesAlone(moved)) unite(union, moved);
        else placed.set(index, add(moved));
      }
    }
    // The rest are those of recursive schemas, and what refers to them.
    for (const index of pending) placed.set(index, nodes.push({}) - 1);
    for (const index of pending) nodes[place(index)] = movePrivacyNode(map.nodes[index] ?? {}, place);
    if (placed.has(0)) roots.add(place(0));
  }
  return { nodes, roots: [...union.map(add), ...roots] };
}

/** True if a node with the names of two such nodes means the same as both together. */
function hasNamesAlone({ rule, patterns, additional, items }: PrivacyNode): boolean {
  return [rule, patterns, additional, items].every((each) => each === undefined);
}

/** Adds the names of a node to some nodes: each to the first where it does not lead elsewhere. */
function unite(union: PrivacyNode[], { properties = {}, open }: PrivacyNode): void {
  for (const [name, target] of Object.entries(properties)) {
    let node = union.find(({ properties: names = {} }) => !Object.hasOwn(names, name) || names[name] === target);
    if (node === undefined) union.push((node = {}));
    const names = (node.properties ??= {});
    Object.defineProperty(names, name, { value: target, enumerable: true, configurable: true, writable: true });
  }
  if (open === true) {
    if (union.length === 0) union.push({});
    for (const node of union) node.open = true;
  }
}
