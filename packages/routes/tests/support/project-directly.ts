import type { FieldSelector } from "../../src/runtime/project.ts";

type Member = readonly [key: string, value: unknown];

/**
 * Projection as its rule is written, one place of the event after the other: a keeping selector asks for all at or
 * below one of its paths, a dropping one for all that is not. Keys with dots are as many steps of a path.
 */
export function projectDirectly(
  value: unknown,
  selectors: readonly FieldSelector[],
  at: readonly string[] = [],
): unknown {
  if (selectors.some((selector) => asksForAll(selector, at))) return value;
  const open = selectors.filter((selector) => !asksForNothing(selector, at));
  if (open.length === 0) return undefined;
  if (Array.isArray(value)) {
    return value.map((item) => projectDirectly(item, open, at)).filter((item) => item !== undefined);
  }
  if (typeof value !== "object" || value === null) return open.some(({ isKeep }) => !isKeep) ? value : undefined;
  const members = Object.entries(value).flatMap(([key, member]): Member[] => {
    const projected = projectDirectly(member, open, [...at, ...key.split(".")]);
    return projected === undefined ? [] : [[key, projected]];
  });
  return Object.fromEntries(members);
}

const isWithin = (place: readonly string[], path: readonly string[]): boolean =>
  path.every((step, index) => place[index] === step);

function asksForAll({ isKeep, paths }: FieldSelector, at: readonly string[]): boolean {
  return isKeep
    ? paths.some((path) => isWithin(at, path))
    : !paths.some((path) => isWithin(at, path) || isWithin(path, at));
}

function asksForNothing({ isKeep, paths }: FieldSelector, at: readonly string[]): boolean {
  return isKeep ? !paths.some((path) => isWithin(path, at)) : paths.some((path) => isWithin(at, path));
}
