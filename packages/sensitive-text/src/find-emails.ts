import { findEncodedEmails } from "./find-encoded-emails.ts";
import { type Finding, noFindings } from "./finding.ts";

// Characters of an address without quotes (RFC 5322 "atext", the dot, and letters of every script: RFC 6531).
const localCharacter = /[\p{L}\p{N}.!#$&'*+\-/=?^_`{|}~]/u;
const domainCharacter = /[\p{L}\p{N}.-]/u;
// RFC 5321, 4.5.3.1: octets of the local part and of the domain.
const MAX_LOCAL_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 255;

/**
 * Finds e-mail addresses, also in URLs, where `@` may be written `%40`, and `%2540` in a URL inside a URL. Linear: it
 * looks at the surroundings of every `@`, and at words that may be base64.
 */
export function findEmails(text: string): readonly Finding[] {
  const encoded = findEncodedEmails(text);
  if (!text.includes("@") && !text.includes("%")) return encoded;
  const findings: Finding[] = [];
  for (const { index, 0: at } of text.matchAll(/@|%(?:25)*40/gu)) {
    const start = expandLeft(text, index);
    const end = expandRight(text, index + at.length);
    if (start < index && end > index + at.length) findings.push({ start, end });
  }
  return encoded === noFindings ? findings : [...findings, ...encoded].sort((a, b) => a.start - b.start);
}

function expandLeft(text: string, at: number): number {
  if (text.charAt(at - 1) === '"') return quotedStart(text, at);
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL_LENGTH && localCharacter.test(text.charAt(start - 1))) {
    // In a URL these separate parameters. An address that took them would also take the names of the parameters.
    if ("&?=/#".includes(text.charAt(start - 1))) break;
    start -= 1;
  }
  // Digits of an escape before the address are no part of it: `%3Dada%40example.com`.
  return text.charAt(start - 1) === "%" ? Math.min(start + 2, at) : start;
}

/** A local part in quotes (RFC 5321, 4.1.2) may hold anything: `"ada lovelace"@example.com`. */
function quotedStart(text: string, at: number): number {
  const start = text.lastIndexOf('"', at - 2);
  // In a JSON text, what is before `"@…` is mostly `":`, or a comma.
  const isQuoted = start >= 0 && at - start <= MAX_LOCAL_LENGTH && /[\p{L}\p{N}]/u.test(text.slice(start, at));
  return isQuoted ? start : at;
}

function expandRight(text: string, from: number): number {
  let end = from;
  while (end < text.length && end - from < MAX_DOMAIN_LENGTH && domainCharacter.test(text.charAt(end))) end += 1;
  while (end > from && ".-".includes(text.charAt(end - 1))) end -= 1;
  return end;
}
