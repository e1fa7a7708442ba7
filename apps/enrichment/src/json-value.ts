/** A JSON object as `JSON.parse` makes it: its properties are its own, one of them may be called `__proto__`. */
export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets an own property, also one called `__proto__`, which an assignment would take for the prototype. */
export function setProperty(object: JsonObject, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/**
 * Where the search for a free name went on last: from the beginning each time, an object full of addresses takes
 * minutes.
 */
const nextSuffixes = new WeakMap<JsonObject, Map<string, number>>();

/** A name that the object does not have: the one given, or with a number behind it. */
export function findFreeName(object: JsonObject, name: string): string {
  if (!Object.hasOwn(object, name)) return name;
  let suffixes = nextSuffixes.get(object);
  if (suffixes === undefined) nextSuffixes.set(object, (suffixes = new Map<string, number>()));
  let suffix = suffixes.get(name) ?? 2;
  while (Object.hasOwn(object, `${name}#${suffix}`)) suffix += 1;
  suffixes.set(name, suffix + 1);
  return `${name}#${suffix}`;
}

/** One step of a JSON Pointer (RFC 6901). */
export function pointerStep(key: string): string {
  return key.includes("~") || key.includes("/") ? `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}` : `/${key}`;
}

/** True if a value nests deeper than `limit`. A value without children has depth 1. Recursion stops at the limit. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit <= 1) return true;
  if (Array.isArray(value)) {
    for (const element of value) if (isDeeperThan(element, limit - 1)) return true;
    return false;
  }
  for (const key in value) if (isDeeperThan((value as JsonObject)[key], limit - 1)) return true;
  return false;
}
