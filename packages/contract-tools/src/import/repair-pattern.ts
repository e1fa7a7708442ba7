/** Characters that may be escaped in an expression with the flag `u`: in a class also `-`. */
const escapable = new Set("^$\\.*+?()[]{}|/".split(""));

/** The escape of a class of characters, at the beginning of a text. */
const manyCharacters = /^\\[dDwWsS]/;

/**
 * An expression that is one without the flag `u` alone, written so that it is one with it: `\-` and `\@` lose the
 * needless backslash, `[\w-.]` and lone braces get one. Unchanged when it is one already, and when this does not help.
 */
export function repairPattern(pattern: string): string {
  if (isExpression(pattern, "u") || !isExpression(pattern, "")) return pattern;
  const repaired = rewrite(pattern);
  return isExpression(repaired, "u") ? repaired : pattern;
}

function rewrite(pattern: string): string {
  let text = "";
  let isInClass = false;
  let last = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const next = pattern.charAt(index + 1);
    if (character === "\\") {
      index += 1;
      const isNeedless = !/\w/.test(next) && !escapable.has(next) && !(isInClass && next === "-");
      last = character + next;
      text += isNeedless ? next : last;
    } else if (isInClass) {
      if (character === "]") isInClass = false;
      // A class of many characters has no range: its hyphen is one of the characters.
      const isLoose = character === "-" && (manyCharacters.test(last) || manyCharacters.test(pattern.slice(index + 1)));
      text += isLoose ? "\\-" : character;
      last = character;
    } else {
      if (character === "[") isInClass = true;
      const isLone =
        (character === "{" && !/^\{\d+(,\d*)?\}/.test(pattern.slice(index))) ||
        (character === "}" && !/\{\d+(,\d*)?$/.test(text)) ||
        character === "]";
      text += isLone ? `\\${character}` : character;
    }
  }
  return text;
}

function isExpression(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}
