import { createHmac } from "node:crypto";
import type { PrivacyKey } from "./privacy-keys.ts";

/** A value replaced by its keyed hash. */
export interface Pseudonym {
  readonly keyId: string;
  /** `<key id>.<base64url of HMAC-SHA-256>` */
  readonly value: string;
}

/** The form of a pseudonym's value. Find them in a text with `text.matchAll(new RegExp(pseudonymPattern, "g"))`. */
export const pseudonymPattern = /[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/;

/**
 * The pseudonym of a value under one key. Class and value are hashed together, so that the same text as a name and as a
 * user id has two pseudonyms. One address has one pseudonym however it was typed: class `email` is trimmed and lowered.
 *
 * @example
 * ```ts
 * pseudonymOf({ id: "k1", key }, "email", " Ada@mail.example").value ===
 *   pseudonymOf({ id: "k1", key }, "email", "ada@mail.example").value; // true
 * ```
 */
export function pseudonymOf({ id, key }: PrivacyKey, privacyClass: string, text: string): Pseudonym {
  const hmac = createHmac("sha256", key).update(`${privacyClass}\n${canonicalValue(privacyClass, text)}`, "utf8");
  return { keyId: id, value: `${id}.${hmac.digest("base64url")}` };
}

/** The text that is hashed for a value of a class. */
export function canonicalValue(privacyClass: string, text: string): string {
  return privacyClass === "email" ? text.trim().toLowerCase() : text;
}
