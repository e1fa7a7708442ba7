import { asObject, readObject } from "@millrace/stored-events";
import type { Person } from "./person.ts";

/** Shorter values in clear are weak evidence away from the subject: `7` is a rank and a user. */
export const MIN_VALUE_LENGTH = 6;

const emailForm = /[^\s"'<>(),;:\\[\]{}=&?/]+@[^\s"'<>(),;:\\[\]{}=&?/]+/g;
const quotedForm = /"((?:[^"\\]|\\.)*)"/g;
const wordForm = /[\p{L}\p{N}_.+@-]+/gu;
const subjectForm = /"subject"\s*:\s*"((?:[^"\\]|\\.)*)"/g;

/**
 * True if a masked line (an enriched event, or a copy of one) is of the person: it holds one of their pseudonyms, or
 * its subject is theirs in clear.
 */
export function isMaskedOf(person: Person, line: string): boolean {
  return isNamedIn(person, line) && isMeant(person, line);
}

/** True if the line was received by the time that counts. A line without a time counts too. */
function isMeant({ receivedUntil }: Person, line: string): boolean {
  if (receivedUntil === undefined) return true;
  const value = readObject(line);
  const enriched = asObject(value?.["enriched"]) ?? value;
  const { receivedat } = asObject(enriched?.["event"]) ?? enriched ?? {};
  return typeof receivedat !== "string" || !(Date.parse(receivedat) > Date.parse(receivedUntil));
}

function isNamedIn(person: Person, line: string): boolean {
  if (person.pseudonyms.some(({ value }) => line.includes(value))) return true;
  if (!person.classes.has("subject")) return false;
  for (const [, subject = ""] of line.matchAll(subjectForm)) {
    if (person.is("subject", unescape(subject)) && hasSubject(person, line)) return true;
  }
  return false;
}

/** Looks for the event's own subject: `"subject"` may also be a name inside of `data`. */
function hasSubject(person: Person, line: string): boolean {
  const value = readObject(line);
  const enriched = asObject(value?.["enriched"]) ?? value;
  const { subject } = asObject(enriched?.["event"]) ?? enriched ?? {};
  return typeof subject === "string" && person.is("subject", subject);
}

/** True if a line in clear, a raw event or bytes that are none, is of the person. */
export function isClearOf(person: Person, line: string): boolean {
  return isSpokenOf(person, line) && isMeant(person, line);
}

function isSpokenOf(person: Person, line: string): boolean {
  const value = readObject(line);
  if (value === undefined) return isTextOf(person, line);
  const { subject } = value;
  if (typeof subject === "string" && isValueOf(person, subject, true)) return true;
  return stringsIn(value).some((text) => isValueOf(person, text, false));
}

/** A text that no parser reads: its quoted texts, its words, and the addresses in it. */
function isTextOf(person: Person, text: string): boolean {
  for (const [, subject = ""] of text.matchAll(subjectForm))
    if (isValueOf(person, unescape(subject), true)) return true;
  const words = [...text.matchAll(quotedForm)].map(([, quoted = ""]) => unescape(quoted));
  return (
    [...words, ...(text.match(wordForm) ?? [])].some((word) => isValueOf(person, word, false)) || hasEmail(person, text)
  );
}

function isValueOf(person: Person, text: string, isSubject: boolean): boolean {
  for (const name of person.classes) {
    const counts = name === "subject" ? isSubject : isSubject || text.length >= MIN_VALUE_LENGTH;
    if (counts && person.is(name, text)) return true;
  }
  return hasEmail(person, text);
}

function hasEmail(person: Person, text: string): boolean {
  if (!person.classes.has("email")) return false;
  const plain = text.includes("%40") ? `${text} ${decodePercent(text)}` : text;
  return (plain.match(emailForm) ?? []).some((email) => person.is("email", email.replace(/^[.]+|[.!]+$/g, "")));
}

function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/** Returns every text and number in a value, at any depth, and the names of properties. */
function stringsIn(root: unknown): string[] {
  const found: string[] = [];
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === "string") found.push(value);
    else if (typeof value === "number") found.push(String(value));
    else if (Array.isArray(value)) for (const item of value) waiting.push(item);
    else if (typeof value === "object" && value !== null) {
      for (const [name, item] of Object.entries(value)) {
        found.push(name);
        waiting.push(item);
      }
    }
  }
  return found;
}

function unescape(quoted: string): string {
  if (!quoted.includes("\\")) return quoted;
  try {
    return JSON.parse(`"${quoted}"`) as string;
  } catch {
    return quoted;
  }
}
