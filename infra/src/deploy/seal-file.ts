import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { DeployError } from "../errors.ts";

/** AES-256-GCM: hides what is in a plan file, and opens only what was sealed with the same key for the same purpose. */
const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const keyOf = (text: string | undefined): Buffer => {
  const key = Buffer.from(text ?? "", "base64");
  if (key.length === KEY_BYTES) return key;
  throw new DeployError(
    `Expected SAVED_PLAN_KEY to be ${KEY_BYTES} bytes in base64, got ${key.length}. bootstrap makes one: private/saved-plan.key`,
  );
};

/** Replaces a file by `<file>.sealed`. */
export function sealFile(path: string, key: string | undefined, purpose: string): void {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(key), nonce).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(readFileSync(path)), cipher.final()]);
  writeFileSync(`${path}.sealed`, Buffer.concat([nonce, cipher.getAuthTag(), sealed]), { mode: 0o600 });
  rmSync(path);
}

/**
 * Writes the file that `<file>.sealed` holds, for its owner only.
 * @throws DeployError when it was sealed otherwise, or changed since.
 */
export function openFile(path: string, key: string | undefined, purpose: string): void {
  const sealed = readFileSync(`${path}.sealed`);
  const decipher = createDecipheriv(CIPHER, keyOf(key), sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  let opened: Buffer;
  try {
    opened = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new DeployError(
      `${path}.sealed does not open: it was sealed with another key or for another environment, or was changed. Plan again.`,
      { cause },
    );
  }
  writeFileSync(path, opened, { mode: 0o600 });
}
