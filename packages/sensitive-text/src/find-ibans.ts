import { type Finding, noFindings } from "./finding.ts";

/**
 * Length of an IBAN by country. SWIFT IBAN registry, release 99:
 * https://www.swift.com/standards/data-standards/iban-international-bank-account-number
 */
const lengths: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HN: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
  YE: 30,
};

/** The shortest: Norway's. */
const MIN_IBAN_LENGTH = 15;

const start = /[A-Za-z]{2}\d{2}/u;
const starts = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/gu;
const isAlphanumeric = /[A-Za-z0-9]/u;
const isSeparator = /[ +\-\u00a0]/u;
const escapedSpace = "%20";

/** Finds IBANs, in one piece or in groups: country, its length, and ISO 7064 mod 97-10 right. */
export function findIbans(text: string): readonly Finding[] {
  if (text.length < MIN_IBAN_LENGTH || !start.test(text)) return noFindings;
  const findings: Finding[] = [];
  for (const { index } of text.matchAll(starts)) {
    const length = lengths[text.slice(index, index + 2).toUpperCase()];
    if (length === undefined) continue;
    const { iban, end } = readCharacters(text, index, length);
    if (iban.length === length && hasRightCheckDigits(iban)) findings.push({ start: index, end });
  }
  return findings;
}

function readCharacters(text: string, start: number, length: number): { iban: string; end: number } {
  let iban = "";
  let end = start;
  while (end < text.length && iban.length < length) {
    const character = text.charAt(end);
    if (isAlphanumeric.test(character)) iban += character.toUpperCase();
    else if (text.startsWith(escapedSpace, end)) end += escapedSpace.length - 1;
    else if (!isSeparator.test(character) || isSeparator.test(text.charAt(end - 1))) break;
    end += 1;
  }
  return { iban, end };
}

function hasRightCheckDigits(iban: string): boolean {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
