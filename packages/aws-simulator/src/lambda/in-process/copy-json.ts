/**
 * Returns the value that JSON would carry over, as `JSON.parse(JSON.stringify(value))` gives it, and sooner, since
 * texts need no copy. Values other than plain data (dates, buffers, objects with `toJSON`) go through JSON itself.
 */
export function copyJson(value: unknown): unknown {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null;
  if (Array.isArray(value)) return value.map((each: unknown) => copyJson(each) ?? null);
  if (typeof value !== "object" && typeof value !== "bigint") return undefined;
  if (
    typeof value === "bigint" ||
    Object.getPrototypeOf(value) !== Object.prototype ||
    "toJSON" in value ||
    Object.hasOwn(value, "__proto__")
  ) {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const property = copyJson((value as Record<string, unknown>)[name]);
    if (property !== undefined) copy[name] = property;
  }
  return copy;
}
