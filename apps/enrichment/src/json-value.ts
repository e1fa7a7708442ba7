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
 * A name that the object does not have: the one given, or with a number behind it. One by one, the numbers of an object
 * full of addresses take minutes: the search doubles until a number is free, and then halves.
 */
export function findFreeName(object: JsonObject, name: string): string {
  if (!Object.hasOwn(object, name)) return name;
  const isTaken = (number: number): boolean => Object.hasOwn(object, `${name}#${number}`);
  let [taken, free] = [1, 2];
  while (isTaken(free)) [taken, free] = [free, 2 * free];
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (isTaken(middle)) taken = middle;
    else free = middle;
  }
  return `${name}#${free}`;
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
