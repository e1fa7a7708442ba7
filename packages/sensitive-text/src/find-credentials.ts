import { type CredentialBody, credentialForms, credentialStart } from "./credential-forms.ts";
import { type Finding, noFindings } from "./finding.ts";

const extraCodes: Readonly<Record<CredentialBody, string>> = {
  letters: "",
  word: "_-",
  dotted: "_-.",
  base64: "_-+/=.",
};

/**
 * Finds credentials by the letters they begin with. Linear: a body is walked once, and one that is too short is a short
 * walk.
 */
export function findCredentials(text: string): readonly Finding[] {
  let findings: Finding[] | undefined;
  credentialStart.lastIndex = 0;
  for (let match = credentialStart.exec(text); match !== null; match = credentialStart.exec(text)) {
    const form = credentialForms.get(match[0]);
    if (form === undefined) continue;
    const bodyAt = match.index + match[0].length;
    const end = endOfBody(text, bodyAt, extraCodes[form.body]);
    const isWhole = end - bodyAt >= form.minLength;
    if (!isWhole || (form.part !== undefined && !text.slice(bodyAt, end).includes(form.part))) continue;
    (findings ??= []).push({ start: match.index, end });
    credentialStart.lastIndex = end;
  }
  return findings ?? noFindings;
}

function endOfBody(text: string, start: number, extra: string): number {
  let end = start;
  while (end < text.length && (isLetterOrDigit(text.charCodeAt(end)) || extra.includes(text.charAt(end)))) end += 1;
  // A full stop ends a sentence, not a key.
  while (end > start && text.charAt(end - 1) === ".") end -= 1;
  return end;
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}
