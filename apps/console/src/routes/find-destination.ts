import type { HopFigures } from "@millrace/pipeline-source";

/**
 * The hop of a destination by its name in a route document. An environment has a prefix before it: of the names that
 * end alike, the shortest is meant.
 */
export function findDestination(hops: readonly HopFigures[], destination: string): HopFigures | undefined {
  return hops
    .filter(({ kind, name }) => kind === "destination" && (name === destination || name.endsWith(`-${destination}`)))
    .sort((one, other) => one.name.length - other.name.length)[0];
}
