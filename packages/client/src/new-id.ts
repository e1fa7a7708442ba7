/**
 * Makes a UUIDv7: its first 48 bits are the time, so ids sort by it. `crypto.randomUUID` makes version 4 only, and is
 * missing on pages without TLS.
 * https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 */
export function newId(epochMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  const random = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const time = Math.max(0, Math.floor(epochMs)).toString(16).padStart(12, "0");
  const variant = ((Number.parseInt(random.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return [
    time.slice(0, 8),
    time.slice(8, 12),
    `7${random.slice(0, 3)}`,
    `${variant}${random.slice(4, 7)}`,
    random.slice(7, 19),
  ].join("-");
}
