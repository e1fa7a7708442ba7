import { isObject, type JsonObject, setMember } from "./own-members.ts";

/** The segments of a dotted path. */
export type FieldPath = readonly string[];

/** Which fields a route asks for: only those it names, or all but those. */
export interface FieldSelector {
  readonly isKeep: boolean;
  readonly paths: readonly FieldPath[];
}

/** Sinks keep one copy of an identity by its revision, so both are delivered whatever a projection says. */
export const ALWAYS_DELIVERED: FieldSelector = {
  isKeep: true,
  paths: [
    ...["id", "source", "receivedat", "revision", "replayedat"].map((name) => ["event", name]),
    ["validation", "status"],
  ],
};

/**
 * The event with every field that at least one selector asks for, its identity and its revision. Inside an array a
 * path holds for every element. The event given is not changed; parts that are whole are shared with it.
 */
export function projectEvent(event: JsonObject, selectors: readonly FieldSelector[]): JsonObject {
  return select(event, [ALWAYS_DELIVERED, ...selectors]) as JsonObject;
}

function select(value: unknown, selectors: readonly FieldSelector[]): unknown {
  const undecided: FieldSelector[] = [];
  for (const selector of selectors) {
    const isNamed = selector.paths.some((path) => path.length === 0);
    // Nothing named at or below this place: left out by a keeping selector, whole for a dropping one.
    if (isNamed === selector.isKeep && (isNamed || selector.paths.length === 0)) return value;
    if (!isNamed && selector.paths.length > 0) undecided.push(selector);
  }
  if (undecided.length === 0) return undefined;
  if (Array.isArray(value)) return value.map((item) => select(item, undecided)).filter((item) => item !== undefined);
  if (!isObject(value)) return undecided.some(({ isKeep }) => !isKeep) ? value : undefined;
  const isKeptUnnamed = undecided.some(({ isKeep }) => !isKeep);
  const selected: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    // Most keys are named by nobody: a dropping selector leaves them whole, and keeping ones leave them out.
    const member = undecided.some(({ paths }) => names(paths, key))
      ? select(
          value[key],
          undecided.map(({ isKeep, paths }) => ({ isKeep, paths: tailsOf(paths, key) })),
        )
      : isKeptUnnamed
        ? value[key]
        : undefined;
    if (member !== undefined) setMember(selected, key, member);
  }
  return selected;
}

/** Whether a path names the key, or something below it. */
function names(paths: readonly FieldPath[], key: string): boolean {
  for (const [first] of paths) if (first === key) return true;
  return key.includes(".") && tailsOf(paths, key).length > 0;
}

/** A key with dots is as many steps, as it is for patterns: `a.b` is named by the path `a.b`, and lies below `a`. */
function tailsOf(paths: readonly FieldPath[], key: string): FieldPath[] {
  if (!key.includes(".")) return paths.filter((path) => path[0] === key).map((path) => path.slice(1));
  const steps = key.split(".");
  return paths
    .filter((path) => path.every((step, index) => index >= steps.length || step === steps[index]))
    .map((path) => path.slice(steps.length));
}
