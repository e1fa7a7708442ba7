import { type Finding, noFindings } from "./finding.ts";

/** Fewest digits of a primary account number (ISO/IEC 7812-1). */
const MIN_CARD_DIGITS = 12;
const MAX_DIGITS = 19;
// Separators between groups: spaces (also the one of URLs, `+`, and no-break ones), tabs, line ends, hyphens, dots,
// with one space more.
const digitRuns = /\d(?:(?:[ +.\-\u00a0\u2010\u2011\t\r\n][ \t\n\u00a0]?|%20)?\d)+/gu;

// Most texts have no six digits near each other, and this is found out sooner.
const manyDigits = /\d[^A-Za-z\d]{0,3}\d[^A-Za-z\d]{0,3}\d[^A-Za-z\d]{0,3}\d[^A-Za-z\d]{0,3}\d[^A-Za-z\d]{0,3}\d/u;

/**
 * Finds card numbers: 12 to 19 digits in groups, first digits as the card networks have them, Luhn check digit right. A
 * number inside a longer run of groups is found, one inside a longer run of *digits* is not: that is no card number.
 */
export function findCards(text: string): readonly Finding[] {
  if (!manyDigits.test(text)) return noFindings;
  const findings: Finding[] = [];
  for (const { index, 0: run } of text.matchAll(digitRuns)) {
    if (run.length >= MIN_CARD_DIGITS) findings.push(...findInRun(run, index));
  }
  return findings;
}

interface Group {
  readonly digits: string;
  readonly start: number;
}

function findInRun(run: string, offset: number): Finding[] {
  const groups = splitGroups(run);
  const findings: Finding[] = [];
  let first = 0;
  while (first < groups.length) {
    const length = matchFrom(groups, first);
    if (length === 0) {
      first += 1;
      continue;
    }
    const start = groups[first];
    const end = groups[first + length - 1];
    if (start !== undefined && end !== undefined) {
      findings.push({ start: offset + start.start, end: offset + end.start + end.digits.length });
    }
    first += length;
  }
  return findings;
}

/** How many groups from `first` on make a card number; the longest wins. */
function matchFrom(groups: readonly Group[], first: number): number {
  let digits = "";
  let matched = 0;
  for (let count = 1; first + count <= groups.length; count++) {
    digits += groups[first + count - 1]?.digits ?? "";
    if (digits.length > MAX_DIGITS) break;
    if (digits.length >= MIN_CARD_DIGITS && isCardNumber(digits)) matched = count;
  }
  return matched;
}

function splitGroups(run: string): Group[] {
  // `%20` ends in digits that belong to no group.
  const groups = run.replaceAll("%20", "   ").matchAll(/\d+/gu);
  return Array.from(groups, ({ index, 0: digits }) => ({ digits, start: index }));
}

/** True if digits can be a card number: by network digit and check digit. */
export function isCardNumber(digits: string): boolean {
  return hasCardForm(digits) && hasLuhnCheckDigit(digits);
}

/**
 * How numbers of the networks begin: Mastercard from 2221 to 2720, Mir, JCB (2131, 35), Diners Club, American Express;
 * of those with 4, 5 and 6 all. Times such as 20261129042633 begin with none of them.
 * https://www.iso.org/standard/70484.html (ISO/IEC 7812-1), and the networks' own lists of ranges
 */
const networks = /^(?:2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720|20[0-4]|131)|3[04-9]|[4-6])\d*$/u;

/** True if a text has as many digits as a card number, of a card network. */
export function hasCardForm(text: string): boolean {
  return text.length >= MIN_CARD_DIGITS && text.length <= MAX_DIGITS && networks.test(text);
}

/** ISO/IEC 7812-1, annex B. */
function hasLuhnCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let position = 0; position < digits.length; position++) {
    const digit = digits.charCodeAt(digits.length - 1 - position) - 48;
    const doubled = position % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
