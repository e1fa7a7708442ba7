type JsonObject = Readonly<Record<string, unknown>>;
/** The segments of a dotted path. */
export type FieldPath = readonly string[];

/** Sinks dedupe on the identity, so it is delivered whatever a projection says. */
const IDENTITY: readonly FieldPath[] = [
  ["event", "id"],
  ["event", "source"],
];

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The event with only the named fields (and its identity). Inside an array a path holds for every element. */
export function keepFields(event: JsonObject, paths: readonly FieldPath[]): JsonObject {
  return keep(event, [...IDENTITY, ...paths]) as JsonObject;
}

/** The event without the named fields (but with its identity). Nothing of the given event is changed. */
export function dropFields(event: JsonObject, paths: readonly FieldPath[]): JsonObject {
  const identity = keep(event, IDENTITY) as { event?: JsonObject };
  const rest = drop(event, paths) as { event?: JsonObject };
  return identity.event === undefined ? rest : { ...rest, event: { ...rest.event, ...identity.event } };
}

function keep(value: unknown, paths: readonly FieldPath[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((item) => keep(item, paths)).filter((item) => item !== undefined);
  if (!isObject(value)) return undefined;
  const kept: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const below = tailsOf(paths, key);
    if (below.length === 0) continue;
    const part = keep(member, below);
    if (part !== undefined) kept[key] = part;
  }
  return kept;
}

function drop(value: unknown, paths: readonly FieldPath[]): unknown {
  if (paths.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => drop(item, paths));
  if (!isObject(value)) return value;
  const left: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const below = tailsOf(paths, key);
    if (!below.some((path) => path.length === 0)) left[key] = drop(member, below);
  }
  return left;
}

function tailsOf(paths: readonly FieldPath[], key: string): FieldPath[] {
  return paths.filter((path) => path[0] === key).map((path) => path.slice(1));
}
