import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * True if a hexadecimal HMAC-SHA256 of the bytes was made with one of the secrets. Each is compared in constant time.
 */
export function isSignedBy(
  secrets: readonly string[],
  signature: string,
  ...parts: readonly (string | Uint8Array)[]
): boolean {
  const presented = Buffer.from(signature, "hex");
  let isSigned = false;
  for (const secret of secrets) {
    const mac = createHmac("sha256", secret);
    for (const part of parts) mac.update(part);
    const expected = mac.digest();
    if (presented.length === expected.length && timingSafeEqual(presented, expected)) isSigned = true;
  }
  return isSigned;
}
