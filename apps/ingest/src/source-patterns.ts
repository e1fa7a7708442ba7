/** Says whether an event's `source` may be used. */
export type SourceMatcher = (source: string) => boolean;

/**
 * Compiles the sources a write key may use. `*` stands for any characters, none included; everything else is literal.
 * The time to match is linear in the source for each pattern, whatever the pattern.
 *
 * @example
 * ```ts
 * compileSourcePatterns(["https://shop.example/*"])("https://shop.example/web") // true
 * ```
 */
export function compileSourcePatterns(patterns: readonly string[]): SourceMatcher {
  const matchers = patterns.map(compilePattern);
  return (source) => matchers.some((matches) => matches(source));
}

function compilePattern(pattern: string): SourceMatcher {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  if (parts.length === 1) return (source) => source === first;
  const last = parts.at(-1) ?? "";
  const middle = parts.slice(1, -1).filter((part) => part !== "");
  const literalLength = first.length + last.length;
  return (source) => {
    if (source.length < literalLength || !source.startsWith(first) || !source.endsWith(last)) return false;
    // Taking the leftmost place for each part leaves the most room for the next, so no backtracking is needed.
    let from = first.length;
    const end = source.length - last.length;
    for (const part of middle) {
      const at = source.indexOf(part, from);
      if (at === -1 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
