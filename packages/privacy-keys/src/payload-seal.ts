import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import { PrivacyKeysError } from "./errors.ts";
import type { PrivacyKey } from "./privacy-keys.ts";

/** A payload that can be read only with the key it names. */
export interface SealedPayload {
  /** Nonce (12 bytes), ciphertext, tag (16 bytes). */
  readonly bytes: Uint8Array;
  readonly keyId: string;
}

/** Encrypts payloads of bad rows. */
export type SealPayload = (payload: Uint8Array) => SealedPayload;

const algorithm = "aes-256-gcm";
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Encrypts under a key derived from the active privacy key. Bytes that could not be read could not be masked either,
 * and an operator will want to repair them: so they are kept, and not in clear.
 *
 * The nonce is a keyed hash of the payload, so a record that Lambda delivers twice makes the same bad row twice, and a
 * nonce repeats for the same payload only (the construction of RFC 5297, with GCM inside).
 */
export function createPayloadSeal(keys: readonly PrivacyKey[]): SealPayload {
  const [active] = keys;
  if (active === undefined) throw new PrivacyKeysError(["No privacy key is given"]);
  const { cipherKey, nonceKey } = deriveKeys(active);
  return (payload) => {
    const nonce = createHmac("sha256", nonceKey).update(payload).digest().subarray(0, NONCE_LENGTH);
    const cipher = createCipheriv(algorithm, cipherKey, nonce);
    const bytes = Buffer.concat([nonce, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
    return { bytes, keyId: active.id };
  };
}

/**
 * Decrypts what {@link createPayloadSeal} made.
 *
 * @throws PrivacyKeysError when the key is not among `keys`
 * @throws Error of node:crypto when the bytes were changed
 */
export function openPayload(sealed: SealedPayload, keys: readonly PrivacyKey[]): Uint8Array {
  const key = keys.find(({ id }) => id === sealed.keyId);
  if (key === undefined) throw new PrivacyKeysError([`No privacy key given has the id "${sealed.keyId}"`]);
  const { bytes } = sealed;
  const decipher = createDecipheriv(algorithm, deriveKeys(key).cipherKey, bytes.subarray(0, NONCE_LENGTH));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_LENGTH));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH, bytes.length - TAG_LENGTH)), decipher.final()]);
}

function deriveKeys({ key }: PrivacyKey): { cipherKey: Buffer; nonceKey: Buffer } {
  const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", key, "", `millrace bad row ${purpose}`, 32));
  return { cipherKey: derive("payload"), nonceKey: derive("nonce") };
}
