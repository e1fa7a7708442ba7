/** A place in an event reached by some used path, and the keys that lead on from it. */
export interface PathNode {
  /** Index of the path that ends here, or -1. */
  pathId: number;
  readonly children: PathChild[];
}

export interface PathChild {
  readonly key: string;
  /** `Object.prototype` has a member of this name: only an own property counts. */
  readonly isInherited: boolean;
  readonly node: PathNode;
}

/**
 * The used paths as a graph of keys. The engine joins keys with dots, so that the path `a.b` is met both as
 * `{"a":{"b":…}}` and as `{"a.b":…}`: each place leads on by every run of segments that is left.
 */
export function pathGraph(paths: readonly string[]): PathNode {
  const nodes = new Map<string, PathNode>();
  const nodeAt = (consumed: string): PathNode => {
    const found = nodes.get(consumed);
    if (found) return found;
    const created: PathNode = { pathId: -1, children: [] };
    nodes.set(consumed, created);
    return created;
  };
  paths.forEach((path, pathId) => {
    const starts = [0, ...[...path.matchAll(/\./g)].map((dot) => dot.index + 1)];
    const ends = [...starts.slice(1).map((start) => start - 1), path.length];
    starts.forEach((start, first) => {
      // The top of the event and the key "" are two places, although neither consumes a character.
      const from = nodeAt(start === 0 ? "top" : `below:${path.slice(0, start - 1)}`);
      for (const end of ends.slice(first)) link(from, path.slice(start, end), nodeAt(`below:${path.slice(0, end)}`));
    });
    nodeAt(`below:${path}`).pathId = pathId;
  });
  return nodeAt("top");
}

function link(from: PathNode, key: string, node: PathNode): void {
  if (from.children.some((child) => child.key === key)) return;
  from.children.push({ key, isInherited: key in Object.prototype, node });
}
