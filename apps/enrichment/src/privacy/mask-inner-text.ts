import { Buffer } from "node:buffer";
import { parseJson, type PrivacyDetector } from "@millrace/event-contracts";
import { mayRespellNumbers, parseKeepingSpelling } from "@millrace/event-pattern";
import { isDeeperThan } from "../json-value.ts";
import { MAX_EVENT_DEPTH, MAX_INNER_TEXTS } from "../limits.ts";
import { maskedText } from "./apply-rule.ts";
import { maskNamedPairs } from "./mask-named-pairs.ts";
import type { MaskingContext } from "./mask-value.ts";
import { MaskingLog } from "./masking-log.ts";
import type { PrivacyState } from "./privacy-state.ts";

/** A text after what it holds inside was masked. */
export interface InnerText {
  readonly text: string;
  /** The text was read as a whole: nothing else in it has to be scanned. */
  readonly isWhole: boolean;
}

type MaskValue = (
  value: unknown,
  state: PrivacyState,
  path: string,
  detectors: readonly PrivacyDetector[],
  context: MaskingContext,
) => unknown;

/**
 * Masks what a text holds inside: JSON, also as a text of JSON again, percent-encoded or in base64; and pairs of a name
 * and a value in any other text. The text stays as it was when there is nothing to mask.
 *
 * @param state of the place of the text, undeclared: a contract may describe there what was sent as text
 * @returns undefined when the text is nothing of the kind
 */
export function maskInnerText(
  text: string,
  state: PrivacyState,
  path: string,
  context: MaskingContext,
  maskValue: MaskValue,
): InnerText | undefined {
  if (beginsJson.test(text)) {
    const value = parse(text);
    if (value !== undefined) return { text: maskParsed(value, state, path, context, maskValue) ?? text, isWhole: true };
  }
  const coding = codingOf(text);
  const plain = coding?.read(text);
  if (coding !== undefined && plain !== undefined && (beginsJson.test(plain) || codingOf(plain) !== undefined)) {
    const inner = isTooDeep(context)
      ? maskTooDeep(path, context)
      : maskInnerText(plain, state, path, { ...context, innerTexts: (context.innerTexts ?? 0) + 1 }, maskValue);
    if (inner?.isWhole === true) return { text: inner.text === plain ? text : coding.write(inner.text), isWhole: true };
  }
  const pairs = maskNamedPairs(text, (name) => state.anywhere().property(name).rule);
  if (pairs === undefined) return undefined;
  for (const { class: className } of pairs.rules) context.log.add({ path, class: className, action: "mask" });
  return { text: pairs.text, isWhole: false };
}

/** How JSON may be written in a text, beside as it is. */
interface Coding {
  /** The plain text, or undefined when the text is not of this coding. */
  read(text: string): string | undefined;
  write(plain: string): string;
}

const percentEncoding: Coding = {
  read(text) {
    try {
      return decodeURIComponent(text.replaceAll("+", " "));
    } catch {
      // Not UTF-8, so no JSON.
      return undefined;
    }
  },
  write: (plain) => encodeURIComponent(plain.toWellFormed()),
};

const base64: Coding = {
  read: (text) => Buffer.from(text, "base64").toString(),
  write: (plain) => Buffer.from(plain).toString("base64"),
};

const beginsJson = /^\s*[{["]/u;
const beginsEncoded = /^(?:%(?:20|09|0A|0D)|\+)*%(?:7B|5B|22)/iu;
// The first character of JSON and white space and percent signs before it, and two bits of what follows.
const isBase64 = /^(?:[eW][w-z\d+/]|[IJC][A-Za-z])[\w+/-]{6,}={0,2}$/u;

function codingOf(text: string): Coding | undefined {
  switch (text.charCodeAt(0)) {
    case 0x25: // %
    case 0x2b: // +
      return beginsEncoded.test(text) ? percentEncoding : undefined;
    case 0x43: // C
    case 0x49: // I
    case 0x4a: // J
    case 0x57: // W
    case 0x65: // e
      return isBase64.test(text) ? base64 : undefined;
    default:
      return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return mayRespellNumbers(text) ? parseKeepingSpelling(text) : parseJson(text);
  } catch {
    return undefined;
  }
}

/** The value as JSON after masking; `undefined` when nothing in it was masked. */
function maskParsed(
  value: unknown,
  state: PrivacyState,
  path: string,
  context: MaskingContext,
  maskValue: MaskValue,
): string | undefined {
  const { innerTexts = 0, log } = context;
  if (isTooDeep(context) || isDeeperThan(value, MAX_EVENT_DEPTH)) return maskTooDeep(path, context).text;
  const innerLog = new MaskingLog(log.memory);
  const masked = maskValue(value, state, "", [], { ...context, log: innerLog, innerTexts: innerTexts + 1 });
  if (innerLog.isEmpty) return undefined;
  log.addInner(path, innerLog);
  return masked === undefined ? "null" : JSON.stringify(masked);
}

const isTooDeep = ({ innerTexts = 0 }: MaskingContext): boolean => innerTexts >= MAX_INNER_TEXTS;

function maskTooDeep(path: string, { log }: MaskingContext): InnerText {
  log.add({ path, class: "nested-text", action: "mask" });
  return { text: maskedText, isWhole: true };
}
