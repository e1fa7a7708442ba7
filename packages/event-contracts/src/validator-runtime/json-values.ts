/** Unicode code points of a text; a lone surrogate is one. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    count += 1;
    if ((text.codePointAt(index) ?? 0) > 0xff_ff) index += 1;
  }
  return count;
}

/** True if two JSON values are equal; the order of names does not matter. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSameJson(valueOf(a, name), valueOf(b, name)))
  );
}

function valueOf(object: object, name: string): unknown {
  return (object as Record<string, unknown>)[name];
}
