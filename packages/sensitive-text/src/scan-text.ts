import type { PrivacyDetector } from "@millrace/event-contracts";
import { findCards } from "./find-cards.ts";
import { findEmails } from "./find-emails.ts";
import { findIbans } from "./find-ibans.ts";
import { findIps } from "./find-ips.ts";
import { findPhones } from "./find-phones.ts";
import { findSecrets } from "./find-secrets.ts";
import { scanEscaped } from "./scan-escaped.ts";
import type { Finding } from "./finding.ts";

/** The text without what was found, and what kinds of values were found. */
export interface ScannedText {
  readonly text: string;
  readonly found: readonly PrivacyDetector[];
}

const nothingFound: readonly PrivacyDetector[] = [];

export const allDetectors: readonly PrivacyDetector[] = ["email", "iban", "phone", "card", "ip", "secret"];

const finders: Readonly<Record<Exclude<PrivacyDetector, "secret">, (text: string) => readonly Finding[]>> = {
  email: findEmails,
  card: findCards,
  iban: findIbans,
  ip: findIps,
  phone: findPhones,
};

// Shorter than a card number and than nearly any address in base64, and without a character that all other findings
// need: most ids and words.
// ids and words.
const nothingToFind = /^[\w-]{0,11}$/u;

/**
 * Replaces what looks like an e-mail address, a card number, an IBAN, a telephone number or an IP address by `[email]`,
 * `[card]`, `[iban]`, `[phone]`, `[ip]`, and credentials by `[secret]` whatever was asked for: no text that is worth
 * scanning may keep one.
 *
 * @example scanText("mail ada@example.com", ["email"]).text // "mail [email]"
 */
export function scanText(text: string, detectors: readonly PrivacyDetector[]): ScannedText {
  if (nothingToFind.test(text)) return { text, found: nothingFound };
  let inEscapes = nothingFound;
  const readable = scanEscaped(text, (plain) => {
    const part = scanPlain(plain, detectors);
    inEscapes = [...inEscapes, ...part.found];
    return part.text;
  });
  const scanned = scanPlain(readable, detectors);
  return inEscapes.length === 0 ? scanned : { ...scanned, found: [...new Set([...inEscapes, ...scanned.found])] };
}

function scanPlain(text: string, detectors: readonly PrivacyDetector[]): ScannedText {
  // First, because a credential in an address looks like another finding: `https://ada:secret@example.com`.
  const secrets = findSecrets(text);
  let scanned = secrets.length === 0 ? text : replaceFindings(text, secrets, "[secret]");
  let found: readonly PrivacyDetector[] = secrets.length === 0 ? nothingFound : ["secret"];
  for (const detector of detectors) {
    if (detector === "secret") continue;
    const findings = finders[detector](scanned);
    if (findings.length === 0) continue;
    found = [...found, detector];
    scanned = replaceFindings(scanned, findings, `[${detector}]`);
  }
  return { text: scanned, found };
}

function replaceFindings(text: string, findings: readonly Finding[], replacement: string): string {
  let result = "";
  let position = 0;
  for (const { start, end } of findings) {
    if (start < position) {
      // Two that overlap are one: the second one's part beyond the first goes too.
      position = Math.max(position, end);
      continue;
    }
    result += text.slice(position, start) + replacement;
    position = end;
  }
  return result + text.slice(position);
}
