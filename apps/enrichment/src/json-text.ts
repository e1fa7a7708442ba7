// Characters that a JSON string escapes, and lone halves of a surrogate pair, which UTF-8 does not have.
const needsEscaping = /["\\\p{Cc}\p{Cs}]/u;

/** A text as a JSON string. */
export function quoteJson(text: string): string {
  return needsEscaping.test(text) ? JSON.stringify(text) : `"${text}"`;
}
