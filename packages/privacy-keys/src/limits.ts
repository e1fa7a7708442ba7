/**
 * Shortest HMAC key: the length of its digest, "L" in RFC 2104, below which a key weakens the function.
 * https://www.rfc-editor.org/rfc/rfc2104#section-3
 */
export const MIN_PRIVACY_KEY_BYTES = 32;

/** Live keys at once: the active one, the one before, and one being brought in. */
export const MAX_PRIVACY_KEYS = 4;
