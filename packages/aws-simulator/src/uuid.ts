import type { Random } from "./random.ts";

/**
 * A version 4 UUID from `random`: the same for the same seed, so for names in a simulation and nothing that must be
 * secret.
 */
export function createUuid(random: Random): string {
  let hex = "";
  for (let index = 0; index < 32; index += 1) {
    let digit = Math.floor(random() * 16);
    if (index === 12) digit = 4;
    if (index === 16) digit = (digit & 3) | 8;
    hex += digit.toString(16);
    if (index === 7 || index === 11 || index === 15 || index === 19) hex += "-";
  }
  return hex;
}
