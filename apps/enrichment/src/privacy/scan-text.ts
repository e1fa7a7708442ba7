import type { PrivacyDetector } from "@millrace/event-contracts";
import { findCards } from "./find-cards.ts";
import { findEmails } from "./find-emails.ts";
import { findIbans } from "./find-ibans.ts";
import type { Finding } from "./finding.ts";

/** The text without what was found, and what kinds of values were found. */
export interface ScannedText {
  readonly text: string;
  readonly found: readonly PrivacyDetector[];
}

const nothingFound: readonly PrivacyDetector[] = [];

export const allDetectors: readonly PrivacyDetector[] = ["email", "card", "iban"];

const finders: Readonly<Record<PrivacyDetector, (text: string) => readonly Finding[]>> = {
  email: findEmails,
  card: findCards,
  iban: findIbans,
};

/**
 * Replaces what looks like an e-mail address, a card number or an IBAN by `[email]`, `[card]`, `[iban]`.
 *
 * @example scanText("mail ada@example.com", ["email"]).text // "mail [email]"
 */
export function scanText(text: string, detectors: readonly PrivacyDetector[]): ScannedText {
  let scanned = text;
  let found = nothingFound;
  for (const detector of detectors) {
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
    if (start < position) continue;
    result += text.slice(position, start) + replacement;
    position = end;
  }
  return result + text.slice(position);
}
