import type { Reshape } from "../document/route-document.ts";
import type { CompiledReshape } from "../runtime/reshape.ts";

export const DEFAULT_SEPARATOR = "_";

/** Compiles the names of a destination's events, in one order for all spellings; undefined where it changes none. */
export function compileReshape({ rename, flatten, separator, constant }: Reshape = {}): CompiledReshape | undefined {
  const renamed = entriesOf(rename);
  const flat = (flatten ?? []).toSorted().map(segments);
  const constants = entriesOf(constant);
  if (renamed.length + flat.length + constants.length === 0) return undefined;
  return {
    ...(renamed.length > 0 && { rename: renamed }),
    ...(flat.length > 0 && { flatten: flat }),
    separator: separator ?? DEFAULT_SEPARATOR,
    ...(constants.length > 0 && { constant: constants }),
  };
}

function entriesOf<T>(map: Readonly<Record<string, T>> = {}): [string[], T][] {
  return Object.entries(map)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, value]) => [segments(path), value]);
}

function segments(path: string): string[] {
  return path.split(".");
}
