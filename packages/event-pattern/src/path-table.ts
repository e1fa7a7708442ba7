/** A place in an event reached by some used path, and the keys that lead on from it. */
export interface PathNode {
  /** Index of the path that ends here, or -1. */
  pathId: number;
  readonly children: Map<string, PathNode>;
  /** The first keys of the object that was read here last, in its order, and what each leads to. */
  readonly lastKeys: string[];
  readonly lastChildren: (PathNode | undefined)[];
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
    const created: PathNode = { pathId: -1, children: new Map(), lastKeys: [], lastChildren: [] };
    nodes.set(consumed, created);
    return created;
  };
  paths.forEach((path, pathId) => {
    const starts = [0, ...[...path.matchAll(/\./g)].map((dot) => dot.index + 1)];
    const ends = [...starts.slice(1).map((start) => start - 1), path.length];
    starts.forEach((start, first) => {
      // The top of the event and the key "" are two places, although neither consumes a character.
      const from = nodeAt(start === 0 ? "top" : `below:${path.slice(0, start - 1)}`);
      for (const end of ends.slice(first))
        from.children.set(path.slice(start, end), nodeAt(`below:${path.slice(0, end)}`));
    });
    nodeAt(`below:${path}`).pathId = pathId;
  });
  return nodeAt("top");
}
