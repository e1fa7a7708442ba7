import { isIP } from "node:net";

/**
 * Addresses of IPv4 in IPv6 (RFC 4291, 2.5.5.2), and of those that a gateway translates (RFC 6052, the well-known
 * prefix).
 */
const mayBeMapped = /(?::|^)(?:ffff|64:ff9b:)/iu;

/** The address itself when it is IPv4 written as IPv6 (`::ffff:203.0.113.9`, `::ffff:cb00:7109`), else as given. */
export function unmapIp(address: string): string {
  // Nearly all have no colon, or not these.
  return address.includes(":") && mayBeMapped.test(address) ? (mappedIpv4(address) ?? address) : address;
}

function mappedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  const groups = expandGroups(address.split("%", 1)[0] ?? "");
  const prefix = groups
    .slice(0, 6)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
  if (prefix !== "0:0:0:0:0:ffff" && prefix !== "64:ff9b:0:0:0:0") return undefined;
  const [high = "", low] = groups.slice(6);
  if (low === undefined) return high;
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 0xff])
    .join(".");
}

/** The eight groups of an IPv6 address without a zone; a dotted quad at the end stays one text. */
export function expandGroups(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // A dotted quad at the end stands for two groups.
  const width = [...before, ...after].reduce((sum, group) => sum + (group.includes(".") ? 2 : 1), 0);
  return tail === undefined ? before : [...before, ...Array.from({ length: 8 - width }, () => "0"), ...after];
}
