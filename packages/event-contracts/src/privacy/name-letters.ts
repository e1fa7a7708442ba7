/**
 * Normalizes the name of a property, so that its spellings are one: `Full_Name`, `full-name` and `fullName` are
 * `fullname`. Letters with an accent keep it, letters of full width do not keep their width.
 */
export function nameLetters(name: string): string {
  const lower = name.toLowerCase();
  return plainName.test(lower) ? lower : lower.normalize("NFKC").replaceAll(/[^\p{L}\p{N}]/gu, "");
}

const plainName = /^[a-z\d]+$/;
