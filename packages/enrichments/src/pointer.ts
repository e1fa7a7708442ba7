/** The steps of a JSON Pointer (RFC 6901), unescaped. */
export function pointerKeys(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * The value a list of steps leads to; `undefined` when there is none.
 *
 * A member of `Object.prototype` under a step is a function and leads nowhere, so properties need not be asked whether
 * they are the object's own; that would take longer than all the rest.
 */
export function valueAt(root: unknown, keys: readonly string[]): unknown {
  let value = root;
  for (const key of keys) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === "function" || value === Object.prototype ? undefined : value;
}
