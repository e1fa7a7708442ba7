/**
 * Nesting of a foreign body. Messages nest below 64 levels, which the service checks; this one protects the JSON
 * reader.
 */
export const MAX_BODY_DEPTH = 200;

/** Characters of a message that are kept when it cannot become an event. */
export const MAX_EXCERPT_CHARACTERS = 8_192;

/** Messages of one request, over all protocols. OpenTelemetry's collector sends the largest batches: 8,192 records. */
export const MAX_MESSAGES_PER_REQUEST = 10_000;

/**
 * Characters of the attributes `id` and `subject`: the service's own limit. A longer id is hashed; a longer subject is
 * in `data` only.
 */
export const MAX_IDENTIFIER_CHARACTERS = 1_024;

/** Characters of `type`: the service's own limit. */
export const MAX_TYPE_CHARACTERS = 1_024;

/** Characters of `dataschema`: the service's own limit. */
export const MAX_SCHEMA_CHARACTERS = 2_048;

/** Characters of a forwarded user agent: what the service keeps of the header. */
export const MAX_USER_AGENT_CHARACTERS = 1_024;

/** Bytes of JSON that PostHog's `data=` parameter may hold after decompression. */
export const MAX_EMBEDDED_BYTES = 2_097_152;

/**
 * Seconds between a Stripe signature's time and now.
 * @see https://docs.stripe.com/webhooks#verify-official-libraries
 */
export const DEFAULT_SIGNATURE_TOLERANCE_SECONDS = 300;
