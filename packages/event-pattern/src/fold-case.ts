/**
 * Case as the engine sees it: each character of a *pattern* stands for its lower-case and its upper-case form, and for
 * nothing else (aws/event-ruler, `EqualsIgnoreCaseParser`). That is not a Unicode case fold: the pattern `straße`
 * matches `STRASSE`, the pattern `STRASSE` does not match `straße`.
 */
function formsOf(character: string): readonly string[] {
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  return lower === upper ? [lower] : [lower, upper];
}

// oxlint-disable-next-line no-control-regex -- the range is the whole of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** A string that is the same for every spelling a pattern stands for, so that it can be looked up. */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase();
}

/**
 * A cheaper key for look-ups: every spelling of a pattern has the same upper-case form. For a few characters that is
 * not so (the upper-case form of `K`, the Kelvin sign, is itself, that of its lower-case form is K): `undefined` for
 * patterns that hold one.
 */
export function upperCaseKey(pattern: string): string | undefined {
  const key = pattern.toUpperCase();
  if (ASCII.test(pattern)) return key;
  for (const character of pattern) {
    const own = character.toUpperCase();
    if (formsOf(character).some((form) => form.toUpperCase() !== own)) return undefined;
  }
  return key;
}

/** Where in `text` the pattern ends when it is laid from `start`, one offset per way to lay it. */
function endsOf(pattern: string, text: string, start: number): ReadonlySet<number> {
  let ends = new Set([start]);
  for (const character of pattern) {
    const next = new Set<number>();
    for (const end of ends) {
      for (const form of formsOf(character)) if (text.startsWith(form, end)) next.add(end + form.length);
    }
    if (next.size === 0) return next;
    ends = next;
  }
  return ends;
}

/** True if `text` is `pattern` in another case. */
export function equalsIgnoreCase(pattern: string, text: string): boolean {
  if (pattern === text && ASCII.test(pattern)) return true;
  return foldCase(text) === foldCase(pattern) && endsOf(pattern, text, 0).has(text.length);
}

/** True if `text` begins with `pattern` in another case. */
export function startsWithIgnoreCase(pattern: string, text: string): boolean {
  return endsOf(pattern, text, 0).size > 0;
}

/** True if `text` ends with `pattern` in another case. */
export function endsWithIgnoreCase(pattern: string, text: string): boolean {
  // A character's forms differ in length by at most two (U+0390 is one, its upper-case form three characters).
  const longest = Math.min(text.length, pattern.length * 3);
  for (let start = text.length - longest; start <= text.length; start += 1) {
    if (endsOf(pattern, text, start).has(text.length)) return true;
  }
  return false;
}
