import { Buffer } from "node:buffer";
import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

type Secret = string | ArrayBuffer | ArrayBufferView;

/** Node makes a key object of each secret, which takes longer than the HMAC. A signature has the key of its day. */
const keyObjects = new WeakMap<object, KeyObject>();

/**
 * SHA-256 and its HMAC as the SDK's signer takes them, which digests each text once. The SDK's own class makes a hash
 * of OpenSSL, copies it and digests the copy.
 */
export class Sha256 {
  readonly digestLength = 32;
  readonly #key: KeyObject | undefined;
  #chunks: Uint8Array[] = [];

  constructor(secret?: Secret) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
  }

  update(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  digest(): Promise<Uint8Array> {
    const [first, ...others] = this.#chunks;
    const data = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#chunks);
    return Promise.resolve(
      this.#key === undefined ? hash("sha256", data, "buffer") : createHmac("sha256", this.#key).update(data).digest(),
    );
  }

  reset(): void {
    this.#chunks = [];
  }
}

function keyOf(secret: Secret): KeyObject {
  if (typeof secret === "string") return createSecretKey(secret, "utf8");
  let key = keyObjects.get(secret);
  if (key === undefined) {
    key = createSecretKey(
      ArrayBuffer.isView(secret)
        ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
        : new Uint8Array(secret),
    );
    keyObjects.set(secret, key);
  }
  return key;
}
