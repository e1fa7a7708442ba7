/** A JSON value as JavaScript. In a literal, `__proto__` would be no name of a property. */
export function literalOf(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes('"__proto__"') ? `JSON.parse(${JSON.stringify(json)})` : json;
}
