import { isIP } from "node:net";
import { expandGroups, unmapIp } from "@millrace/enrichments";

/**
 * The network of an address: /24 of IPv4, /48 of IPv6, the rest zero.
 *
 * @returns undefined when the text is no IP address
 * @example truncateIp("203.0.113.77") // "203.0.113.0"
 */
export function truncateIp(address: string): string | undefined {
  const plain = unmapIp(address);
  const version = isIP(plain);
  if (version === 4) return truncateIpv4(plain);
  if (version === 6) return truncateIpv6(plain);
  return undefined;
}

/** @param address of IPv4 */
export function truncateIpv4(address: string): string {
  return `${address.slice(0, address.lastIndexOf("."))}.0`;
}

function truncateIpv6(address: string): string {
  const [withoutZone = ""] = address.split("%", 1);
  const groups = expandGroups(withoutZone);
  const kept = groups.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16));
  while (kept.at(-1) === "0") kept.pop();
  return kept.length === 0 ? "::" : `${kept.join(":")}::`;
}
