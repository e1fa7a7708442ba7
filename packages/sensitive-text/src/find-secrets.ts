import { Buffer } from "node:buffer";
import { findCredentials } from "./find-credentials.ts";
import { type Finding, noFindings } from "./finding.ts";

// Names whose value is a credential wherever they stand: `reset_token=…`, `"clientSecret": "…"`, `Password: …`.
const credentialName =
  /(?:token|secret|passw(?:or)?d|passphrase|passcode|pwd|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|authorization|jwt)$/iu;
// Names that say so as a parameter of an address only: in a sentence, `key: …` or `signature: …` is anything.
const parameterName = /^(?:auth|key|pass|pin|sid|sig|signature|.+-signature|otp|(?:j|php)?sess(?:ion)?_?id)$/iu;
// Codes of OAuth and of links in mails are this long; shorter ones are vouchers.
const codeName = /^code$/iu;
const MIN_CODE_LENGTH = 16;
// The last two letters of all these names before a separator: most texts have none of them.
const endsLikeName = /(?:en|et|rd|wd|se|als?|ey|on|wt|th|ss|ig|in|re|tp|id|de)["'\\\s]*(?:[=:]|%3D)/iu;

// RFC 3986, 3.2.1: what stands between `//` and `@` of an address.
const userInfo = /(?<=\/\/)[^\s/?#@"'<>]+(?=@)/gu;
const separators = /[=:]|%3D/giu;
const valueText = /(?:(?:bearer|basic|token)(?:\s|\+|%20)+)?(?:(?!%26|%23)[^\s&#;,"'\\<>()[\]{}])*/iuy;
/** Longest name that is searched for words such as `password`. */
export const MAX_NAME_LENGTH = 64;

/**
 * Finds credentials: in addresses (`?reset_token=…`, `//user:password@`), after a name that says so, and in the forms
 * that issuers give them. Linear: it looks at what surrounds a separator, and at what begins with fixed letters.
 */
export function findSecrets(text: string): readonly Finding[] {
  let findings: readonly Finding[] = endsLikeName.test(text) ? findNamedSecrets(text) : noFindings;
  if (text.includes("@")) findings = [...findings, ...findForm(text, userInfo)];
  const keys = findCredentials(text);
  if (keys.length > 0) findings = [...findings, ...keys];
  if (mayBePlainForm.test(text)) findings = [...findings, ...plainForms.flatMap((form) => findForm(text, form))];
  if (mayBeBasic.test(text)) {
    findings = [...findings, ...findForm(text, basic).filter((each) => isUserAndPassword(text, each))];
  }
  return findings.length < 2 ? findings : findings.toSorted((a, b) => a.start - b.start);
}

/** True if the value of a property of this name is a credential, whatever its form. */
export function isCredentialName(name: string): boolean {
  return kindOfName(name) === "credential";
}

const mayBePlainForm = /earer|PRIVATE KEY/u;
const plainForms = [
  /[Bb]earer(?:\s|\+|%20)[\w.~+/-]{12,}=*/gu,
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)?/gu,
];
// RFC 7617: user and password in base64. In most texts the word has another meaning.
const mayBeBasic = /basic(?:\s|\+|%20)/iu;
const basic = /basic(?:\s|\+|%20)+[A-Za-z\d+/]{6,}={0,2}/giu;

function isUserAndPassword(text: string, { start, end }: Finding): boolean {
  const [, encoded = ""] = text.slice(start, end).split(/\s|\+|%20/u);
  const plain = Buffer.from(encoded, "base64").toString("latin1");
  return plain.includes(":") && /^[\x20-\x7e]+$/u.test(plain);
}

function findForm(text: string, form: RegExp): Finding[] {
  return Array.from(text.matchAll(form), ({ index, 0: secret }) => ({ start: index, end: index + secret.length }));
}

function findNamedSecrets(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const { index, 0: separator } of text.matchAll(separators)) {
    // A separator inside a value starts no other value.
    if (index < (findings.at(-1)?.end ?? 0)) continue;
    const finding = findNamedSecret(text, index, index + separator.length);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

/** Returns the value behind a separator, if the name before it marks a secret. */
function findNamedSecret(text: string, separatorAt: number, valueAt: number): Finding | undefined {
  const nameEnd = skipFiller(text, separatorAt - 1, -1) + 1;
  let nameStart = nameEnd;
  while (nameStart > 0 && nameEnd - nameStart < MAX_NAME_LENGTH && isNameCode(text.charCodeAt(nameStart - 1))) {
    nameStart -= 1;
  }
  const before = text.charAt(nameStart - 1);
  // An address inside an address: of `%3Ftoken%3D`, the digits of the escape are no part of the name.
  const isEscaped = before === "%";
  const kind = kindOfName(text.slice(isEscaped ? nameStart + 2 : nameStart, nameEnd));
  if (kind === "other") return undefined;
  const isParameter = isEscaped || (before !== "" && "?&#;".includes(before));
  if (kind !== "credential" && !isParameter) return undefined;
  valueText.lastIndex = isParameter ? valueAt : skipFiller(text, valueAt, 1);
  const start = valueText.lastIndex;
  const length = valueText.exec(text)?.[0].length ?? 0;
  return length === 0 || (kind === "code" && length < MIN_CODE_LENGTH) ? undefined : { start, end: start + length };
}

function kindOfName(name: string): "credential" | "parameter" | "code" | "other" {
  if (credentialName.test(name)) return "credential";
  if (parameterName.test(name)) return "parameter";
  return codeName.test(name) ? "code" : "other";
}

/**
 * Passes what may stand between a name, its separator and its value: spaces and the quotes of JSON, also escaped ones.
 */
function skipFiller(text: string, from: number, step: 1 | -1): number {
  let at = from;
  while (at >= 0 && at < text.length && " \t\\\"'".includes(text.charAt(at))) at += step;
  return at;
}

/** Letters, digits, `_`, `-`, `.`. */
function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}
