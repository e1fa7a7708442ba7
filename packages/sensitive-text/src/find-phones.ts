import { type Finding, noFindings } from "./finding.ts";

// ITU-T E.164, 6.2: a number has at most 15 digits, its country code included. Shorter ones than 8 are in use nowhere
// with a country code.
const MIN_DIGITS = 8;
const MAX_DIGITS = 15;
// A plus sign, which nothing else stands before, and digits in groups: `+1 (514) 555-0199`, `+49 30/901820`. The plus
// may be escaped.
const candidates = /(?<![\w+.)\]}-])\+\(?\d(?:[ .\-\u00a0\u2010\u2011/]{0,2}[()]{0,2}[ \u00a0]?\d){7,17}(?!\d)/gu;

/**
 * Country codes that are assigned.
 * ITU-T, list of E.164 assigned country codes, 2016-11-15 with amendments: https://www.itu.int/pub/T-SP-E.164D
 */
const countryCode =
  /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2(?:1[1-368]|[2346]\d|5[0-8]|9[017-9])|3(?:5\d|7[0-8]|8[0-35-79])|42[013]|50\d|59\d|6(?:7[02-9]|8[0-35-9]|9[0-2])|8(?:00|08|5[02356]|7[08]|8[0-368])|9(?:6[0-8]|7[0-79]|9[2-68]))/u;
// North American numbering plan: three digits of an area and three of an exchange, and none of them begins with 0 or 1.
const northAmerican = /^1[2-9]\d{2}[2-9]\d{6}$/u;

/** Finds telephone numbers in their international form, with a plus sign. A national one is any number. */
export function findPhones(text: string): readonly Finding[] {
  if (!text.includes("+")) return noFindings;
  const findings: Finding[] = [];
  for (const { index, 0: candidate } of text.matchAll(candidates)) {
    if (isPhoneNumber(candidate.replaceAll(/\D/gu, ""))) findings.push({ start: index, end: index + candidate.length });
  }
  return findings;
}

function isPhoneNumber(digits: string): boolean {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return false;
  if (digits.startsWith("1")) return northAmerican.test(digits);
  const code = countryCode.exec(digits)?.[0];
  // No plan has numbers that begin with two zeros; round sums do.
  return code !== undefined && !digits.startsWith("00", code.length) && !/0{5}$/u.test(digits);
}
