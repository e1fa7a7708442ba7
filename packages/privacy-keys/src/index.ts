export { PrivacyKeysError } from "./errors.ts";
export { MAX_PRIVACY_KEYS, MIN_PRIVACY_KEY_BYTES } from "./limits.ts";
export { createPayloadSeal, openPayload, type SealedPayload, type SealPayload } from "./payload-seal.ts";
export { parsePrivacyKeys, type PrivacyKey } from "./privacy-keys.ts";
export { canonicalValue, type Pseudonym, pseudonymOf, pseudonymPattern } from "./pseudonym.ts";
