import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { BoundedCache } from "../bounded-cache.ts";
import { ConfigError } from "../errors.ts";
import { maxPrivacyKeys, minPrivacyKeyBytes } from "../limits.ts";

/** A secret of the masking, named so that values say which one made them. */
export interface PrivacyKey {
  /** 1–32 letters, digits, `-` or `_`; goes into every value made with the key. */
  readonly id: string;
  readonly key: Uint8Array;
}

/** A value replaced by its keyed hash. */
export interface Pseudonym {
  readonly keyId: string;
  /** `<key id>.<base64url of HMAC-SHA-256>` */
  readonly value: string;
}

/** Makes pseudonyms under every live key. */
export interface Pseudonymizer {
  /** The pseudonym under the active key. */
  readonly active: (privacyClass: string, text: string) => Pseudonym;
  /** Those under the other live keys: what the value was called before a rotation, or will be after it. */
  readonly alternates: (privacyClass: string, text: string) => readonly Pseudonym[];
}

const keyId = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Reads `[{ "id": "2026-11", "key": "<base64>" }]`, the first is the active one.
 *
 * @param where names the text in messages: `PRIVACY_KEYS`, `the secret millrace/prod/privacy-keys`
 * @throws ConfigError naming every fault, and never a key
 */
export function parsePrivacyKeys(text: string | undefined, where = "PRIVACY_KEYS"): readonly PrivacyKey[] {
  if (text === undefined || text === "")
    throw new ConfigError([`${where} is missing: without a key nothing can be masked`]);
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    throw new ConfigError([`${where} is not JSON`]);
  }
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > maxPrivacyKeys) {
    throw new ConfigError([`Expected ${where} to be an array of 1 to ${maxPrivacyKeys} keys`]);
  }
  const faults: string[] = [];
  const keys = entries.map((entry: unknown, index) => readKey(entry, `${where}[${index}]`, faults));
  const ids = keys.map(({ id }) => id);
  if (new Set(ids).size < ids.length) faults.push(`${where} has two keys of the same id`);
  if (faults.length > 0) throw new ConfigError(faults);
  return keys;
}

function readKey(entry: unknown, place: string, faults: string[]): PrivacyKey {
  const { id, key } = (typeof entry === "object" && entry !== null ? entry : {}) as { id?: unknown; key?: unknown };
  if (typeof id !== "string" || !keyId.test(id)) {
    faults.push(`${place}.id: expected 1 to 32 letters, digits, - or _`);
  }
  const bytes = Buffer.from(typeof key === "string" ? key : "", "base64");
  if (bytes.length < minPrivacyKeyBytes) {
    faults.push(`${place}.key: expected the base64 of at least ${minPrivacyKeyBytes} bytes, got ${bytes.length}`);
  }
  return { id: typeof id === "string" ? id : "", key: bytes };
}

/**
 * Creates the pseudonyms of values by HMAC-SHA-256. Class and value are hashed together, so that the same text as a
 * name and as a user id has two pseudonyms.
 */
export function createPseudonymizer(keys: readonly PrivacyKey[]): Pseudonymizer {
  const [active, ...others] = keys.map(createKeyedHash);
  if (active === undefined) throw new ConfigError(["No privacy key is given"]);
  return {
    active,
    alternates: (privacyClass, text) => others.map((hash) => hash(privacyClass, text)),
  };
}

function createKeyedHash({ id, key }: PrivacyKey): Pseudonymizer["active"] {
  // Contracts have few classes.
  const byClass = new Map<string, (text: string) => Pseudonym>();

  function createHashOfClass(privacyClass: string): (text: string) => Pseudonym {
    const cache = new BoundedCache<Pseudonym>();
    const compute = (text: string): Pseudonym => {
      const hmac = createHmac("sha256", key).update(canonicalText(privacyClass, text), "utf8");
      return { keyId: id, value: `${id}.${hmac.digest("base64url")}` };
    };
    return (text) => cache.getOrCreate(text, compute);
  }

  return (privacyClass, text) => {
    let hash = byClass.get(privacyClass);
    if (hash === undefined) {
      hash = createHashOfClass(privacyClass);
      byClass.set(privacyClass, hash);
    }
    return hash(text);
  };
}

/** What is hashed: the same person must get the same pseudonym however the address was typed. */
function canonicalText(privacyClass: string, text: string): string {
  return `${privacyClass}\n${privacyClass === "email" ? text.trim().toLowerCase() : text}`;
}
