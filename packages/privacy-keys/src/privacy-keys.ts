import { Buffer } from "node:buffer";
import { PrivacyKeysError } from "./errors.ts";
import { MAX_PRIVACY_KEYS, MIN_PRIVACY_KEY_BYTES } from "./limits.ts";

/** A secret of the masking, named so that values say which one made them. */
export interface PrivacyKey {
  /** 1–32 letters, digits, `-` or `_`; goes into every value made with the key. */
  readonly id: string;
  readonly key: Uint8Array;
}

const keyId = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Reads `[{ "id": "2026-11", "key": "<base64>" }]`, the first is the active one.
 *
 * @param where names the text in messages: `PRIVACY_KEYS`, `the secret millrace/prod/privacy-keys`
 * @throws PrivacyKeysError naming every fault, and never a key
 */
export function parsePrivacyKeys(text: string | undefined, where = "PRIVACY_KEYS"): readonly PrivacyKey[] {
  if (text === undefined || text === "")
    throw new PrivacyKeysError([`${where} is missing: without a key nothing can be masked`]);
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    throw new PrivacyKeysError([`${where} is not JSON`]);
  }
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_PRIVACY_KEYS) {
    throw new PrivacyKeysError([`Expected ${where} to be an array of 1 to ${MAX_PRIVACY_KEYS} keys`]);
  }
  const faults: string[] = [];
  const keys = entries.map((entry: unknown, index) => readKey(entry, `${where}[${index}]`, faults));
  const ids = keys.map(({ id }) => id);
  if (new Set(ids).size < ids.length) faults.push(`${where} has two keys of the same id`);
  if (faults.length > 0) throw new PrivacyKeysError(faults);
  return keys;
}

function readKey(entry: unknown, place: string, faults: string[]): PrivacyKey {
  const { id, key } = (typeof entry === "object" && entry !== null ? entry : {}) as { id?: unknown; key?: unknown };
  if (typeof id !== "string" || !keyId.test(id)) {
    faults.push(`${place}.id: expected 1 to 32 letters, digits, - or _`);
  }
  const bytes = Buffer.from(typeof key === "string" ? key : "", "base64");
  if (bytes.length < MIN_PRIVACY_KEY_BYTES) {
    faults.push(`${place}.key: expected the base64 of at least ${MIN_PRIVACY_KEY_BYTES} bytes, got ${bytes.length}`);
  }
  return { id: typeof id === "string" ? id : "", key: bytes };
}
