export { PrivacyKeysError } from "./errors.ts";
export { maxPrivacyKeys, minPrivacyKeyBytes } from "./limits.ts";
export { createPayloadSeal, openPayload, type SealedPayload, type SealPayload } from "./payload-seal.ts";
export { parsePrivacyKeys, type PrivacyKey } from "./privacy-keys.ts";
export { canonicalValue, type Pseudonym, pseudonymOf, pseudonymPattern } from "./pseudonym.ts";
