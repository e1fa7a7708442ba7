/** The literal parts of a wildcard between its `*`s: `a*b` is `["a", "b"]`, `*` is `["", ""]`, `a` is `["a"]`. */
export type WildcardParts = readonly string[];

/** The parts of a wildcard text, or why it is none. `\*` and `\\` stand for themselves. */
export function parseWildcard(text: string): WildcardParts | { reason: string } {
  const parts: string[] = [];
  let literal = "";
  for (let offset = 0; offset < text.length; offset += 1) {
    const character = text.charAt(offset);
    if (character === "*") {
      if (text[offset + 1] === "*") return { reason: `Consecutive wildcard characters at offset ${offset}` };
      parts.push(literal);
      literal = "";
    } else if (character === "\\") {
      const escaped = text[offset + 1];
      if (escaped !== "*" && escaped !== "\\")
        return { reason: `Invalid escape at offset ${offset}: only \\* and \\\\ exist` };
      literal += escaped;
      offset += 1;
    } else {
      literal += character;
    }
  }
  return [...parts, literal];
}

/**
 * True if `text` fits a wildcard. Each inner part is taken at its first place after the part before it: with `*` as the
 * only wildcard that is never worse than a later place, so no part is tried twice and no input makes it exponential.
 */
export function matchesWildcard(parts: WildcardParts, text: string): boolean {
  const first = parts[0] ?? "";
  const last = parts[parts.length - 1] ?? "";
  if (parts.length === 1) return text === first;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let offset = first.length;
  for (let index = 1; index < parts.length - 1; index += 1) {
    const part = parts[index] ?? "";
    const found = text.indexOf(part, offset);
    if (found === -1 || found + part.length > end) return false;
    offset = found + part.length;
  }
  return true;
}
