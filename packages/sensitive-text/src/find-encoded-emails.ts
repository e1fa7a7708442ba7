import { Buffer } from "node:buffer";
import { type Finding, noFindings } from "./finding.ts";

/**
 * Words that are ASCII text in base64 (RFC 4648, both alphabets): of each three bytes the highest bits are zero, which
 * three of the four characters show. One word of 60 of this length passes by chance, and one hash of 500.
 */
const words =
  /(?<![A-Za-z\d])(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z\d]){2,}(?:[A-Za-f][AQgw]|[A-Za-f][A-HQ-Xg-nw-z0-3][AEIMQUYcgkosw048])?(?![A-Za-z\d])={0,2}/gu;

const address = /[^\s@"'<>]@[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)+/u;
const isPlain = /^[\x20-\x7e\s]*$/u;

/** Finds words that are base64 of a text with an e-mail address in it. */
export function findEncodedEmails(text: string): readonly Finding[] {
  let findings: Finding[] | undefined;
  for (const { index, 0: word } of text.matchAll(words)) {
    const plain = Buffer.from(word, "base64").toString("latin1");
    if (plain.includes("@") && isPlain.test(plain) && address.test(plain)) {
      (findings ??= []).push({ start: index, end: index + word.length });
    }
  }
  return findings ?? noFindings;
}
