import { pointerStep } from "./pointer-step.ts";

/** One token of JSON: a string, a bracket, or a separator. Numbers and words are passed over. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Returns JSON pointers of keys that stand twice in one object: a parser takes the last one in silence.
 * @param text JSON that has been parsed before
 */
export function duplicateKeys(text: string): string[] {
  const found: string[] = [];
  const open: { pointer: string; keys: Set<string> | undefined; index: number; key: string }[] = [];
  let isKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const top = open.at(-1);
    if (token === "{" || token === "[") {
      const step = top === undefined ? "" : top.keys === undefined ? `/${top.index}` : pointerStep(top.key);
      const keys = token === "{" ? new Set<string>() : undefined;
      open.push({ pointer: `${top?.pointer ?? ""}${step}`, keys, index: 0, key: "" });
      isKey = token === "{";
    } else if (token === "}" || token === "]") {
      open.pop();
      isKey = false;
    } else if (token === ",") {
      if (top?.keys === undefined) {
        if (top !== undefined) top.index += 1;
      } else isKey = true;
    } else if (token !== ":" && isKey && top?.keys !== undefined) {
      isKey = false;
      const name = JSON.parse(token) as string;
      top.key = name;
      if (top.keys.has(name)) found.push(`${top.pointer}${pointerStep(name)}`);
      top.keys.add(name);
    }
  }
  return found;
}
