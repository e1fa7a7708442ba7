import { createHash } from "node:crypto";

/** Hexadecimal digits of a digest: with a million refusals, two share one by chance of 1 to 10,000,000. */
const DIGEST_DIGITS = 16;

/**
 * Names an event in a log without its id, which senders make of whatever they like.
 * @example digestOfId("order-1") // "0bafe22156d2698c"
 */
export function digestOfId(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, DIGEST_DIGITS);
}
