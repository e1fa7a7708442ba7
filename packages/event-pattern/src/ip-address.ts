const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;
const MAPPED_IPV4 = /^0{20}ffff/;
const ZERO = 0x30;
const DOT = 0x2e - ZERO;

/**
 * The address as hexadecimal digits, 8 for IPv4 and 32 for IPv6, or `undefined` when the text is no address. Every
 * spelling of one address gives the same digits; an IPv4-mapped IPv6 address gives those of its IPv4 address, as
 * `java.net.InetAddress`, which the engine parses with, does. Leading zeros are decimal (`010.0.0.1` is `10.0.0.1`).
 */
export function ipDigits(text: string): string | undefined {
  // An address is at most 45 characters in its longest usual spelling; zeros may be added, but not without end.
  if (text.length < 2 || text.length > 64) return undefined;
  const number = ipv4Number(text);
  if (number !== NO_ADDRESS) return number.toString(16).padStart(8, "0");
  return IPV6.test(text) ? ipv6Digits(text) : undefined;
}

/** The number of a text that is no address. */
export const NO_ADDRESS = -1;

/**
 * An IPv4 address as a number below 2³², or `NO_ADDRESS` when the text is none. The processor cannot foresee where the
 * dots of an address stand, so that they are calculated with: a branch for each would be guessed wrongly.
 */
export function ipv4Number(text: string): number {
  const { length } = text;
  if (length > 64) return NO_ADDRESS;
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  // Negative as soon as something does not fit.
  let fit = 0;
  for (let offset = 0; offset < length; offset += 1) {
    const digit = text.charCodeAt(offset) - ZERO;
    if (digit > 9 || (digit < 0 && digit !== DOT)) return NO_ADDRESS;
    // All bits set for a dot, none for a digit.
    const isDot = digit >> 31;
    fit |= isDot & (digits - 1);
    address = (address << (isDot & 8)) | (part & isDot);
    dots -= isDot;
    digits = (digits + 1) & ~isDot;
    part = (part * 10 + digit) & ~isDot;
    fit |= 255 - part;
  }
  return fit >= 0 && dots === 3 && digits > 0 ? ((address << 8) | part) >>> 0 : NO_ADDRESS;
}

function ipv6Digits(text: string): string | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (head === undefined) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  // "::" stands for at least one group; without it all eight must be there.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  let digits = "";
  for (const group of [...head, ...new Array<string>(missing).fill("0"), ...(tail ?? [])]) {
    if (group === "" || Number.parseInt(group, 16) > 0xffff) return undefined;
    digits += Number.parseInt(group, 16).toString(16).padStart(4, "0");
  }
  return MAPPED_IPV4.test(digits) ? digits.slice(24) : digits;
}

/** The lowest and highest address of a block, as {@link ipDigits}. */
export interface IpRange {
  low: string;
  high: string;
}

/** The range of a CIDR block, or why the text is none. */
export function cidrRange(text: string): IpRange | { reason: string } {
  const [address = "", bits = "", ...rest] = text.split("/");
  if (rest.length > 0 || bits === "" || address === "")
    return { reason: "A CIDR block is an address, one '/' and mask bits" };
  if (!/^[+-]?[0-9]+$/.test(bits)) return { reason: "The mask bits of a CIDR block must be an integer" };
  const digits = ipDigits(address);
  if (digits === undefined) return { reason: `'${address}' is not an IP address` };
  const maskBits = Number(bits);
  if (maskBits < 0) return { reason: "The mask bits of a CIDR block must not be negative" };
  const width = digits.length * 4;
  // A single address is written as a plain value; the engine refuses /32 and /128.
  if (maskBits >= width)
    return { reason: `The mask bits of an IPv${width === 32 ? 4 : 6} block must be below ${width}` };
  const span = (1n << BigInt(width - maskBits)) - 1n;
  const value = BigInt(`0x${digits}`);
  const asDigits = (address: bigint): string => address.toString(16).padStart(digits.length, "0");
  return { low: asDigits(value & ~span), high: asDigits(value | span) };
}
