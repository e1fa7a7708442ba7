import type { PrivacyRule } from "@millrace/event-contracts";
import { maskedText } from "./apply-rule.ts";

/** A text without the values of sensitive names, and the rules of these names. */
export interface MaskedPairs {
  readonly text: string;
  readonly rules: readonly PrivacyRule[];
}

// A name in quotes before a colon, as in JSON that was cut or has something before it; or a parameter of a form, which
// may be percent-encoded. Quotes may be escaped.
const pairs =
  /["'](?<quoted>[^"'\\:,{}]{1,64})\\*["']\s*:\s*|(?<![^\s"'?&#;,/:{}()<>])(?<parameter>[^\s"'?&#;,/:{}()<>=]{1,128})=/gu;
const mayHavePairs = /["']\s*:|=/u;

/**
 * Masks the values of pairs in a text that is no JSON as a whole. The kind of a value in such a text is uncertain. So
 * the value is masked up to the character that must end it, even if its rule would keep a part.
 *
 * @param ruleOf the rule of values of a name
 * @returns undefined when no name of the text has a rule
 */
export function maskNamedPairs(
  text: string,
  ruleOf: (name: string) => PrivacyRule | undefined,
): MaskedPairs | undefined {
  if (!mayHavePairs.test(text)) return undefined;
  let result = "";
  let copied = 0;
  const rules: PrivacyRule[] = [];
  for (const match of text.matchAll(pairs)) {
    const { quoted, parameter } = match.groups ?? {};
    const rule = match.index < copied ? undefined : ruleOf(quoted ?? decoded(parameter ?? ""));
    if (rule === undefined || rule.action === "scan") continue;
    const start = match.index + match[0].length;
    result += text.slice(copied, start) + maskedText;
    copied = quoted === undefined ? endOfParameter(text, start) : endOfValue(text, start);
    rules.push(rule);
  }
  return rules.length === 0 ? undefined : { text: result + text.slice(copied), rules };
}

function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter.replaceAll("+", " "));
  } catch {
    return parameter;
  }
}

const parameterEnd = /[&;,\r\n]|$/gu;
const plainValueEnd = /[,}\]\r\n]|$/gu;

function endOfParameter(text: string, start: number): number {
  parameterEnd.lastIndex = start;
  return parameterEnd.exec(text)?.index ?? text.length;
}

/** Where a value ends: at its quote, at a comma or bracket; an object or a list at the end of the text. */
function endOfValue(text: string, start: number): number {
  let at = start;
  while (text.charAt(at) === "\\") at += 1;
  const first = text.charAt(at);
  if (first === "{" || first === "[") return text.length;
  if (first !== '"' && first !== "'") {
    plainValueEnd.lastIndex = start;
    return plainValueEnd.exec(text)?.index ?? text.length;
  }
  const escape = text.slice(start, at);
  for (let end = text.indexOf(first, at + 1); end !== -1; end = text.indexOf(first, end + 1)) {
    // Inside a text of a text, a quote of the value itself has more backslashes than the one that ends it.
    if (countBackslashes(text, end) === escape.length) return end + 1;
  }
  return text.length;
}

function countBackslashes(text: string, end: number): number {
  let count = 0;
  while (text.charAt(end - 1 - count) === "\\") count += 1;
  return count;
}
