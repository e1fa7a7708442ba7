import { isIP } from "node:net";
import { BoundedCache } from "../bounded-cache.ts";

const mappedPrefix = "::ffff:";

/** The address itself when it is IPv4 written as IPv6 (`::ffff:203.0.113.9`), else as given. */
export function unmapIp(address: string): string {
  // Nearly all have no colon, or not these.
  if (!address.startsWith("::")) return address;
  const tail = address.slice(mappedPrefix.length);
  return address.toLowerCase().startsWith(mappedPrefix) && isIP(tail) === 4 ? tail : address;
}

/**
 * The network of an address: /24 of IPv4, /48 of IPv6, the rest zero.
 *
 * @returns undefined when the text is no IP address
 * @example truncateIp("203.0.113.77") // "203.0.113.0"
 */
export function truncateIp(address: string): string | undefined {
  if (isIP(address) === 4) return truncateIpv4(address);
  return networks.getOrCreate(address, readNetwork).text;
}

const networks = new BoundedCache<{ text: string | undefined }>();
const readNetwork = (address: string) => ({ text: networkOf(address) });

function networkOf(address: string): string | undefined {
  const plain = unmapIp(address);
  const version = isIP(plain);
  if (version === 4) return truncateIpv4(plain);
  if (version === 6) return truncateIpv6(plain);
  return undefined;
}

function truncateIpv4(address: string): string {
  return `${address.slice(0, address.lastIndexOf("."))}.0`;
}

function truncateIpv6(address: string): string {
  const [withoutZone = ""] = address.split("%", 1);
  const groups = expandGroups(withoutZone);
  // Mapped addresses in hexadecimal (::ffff:cb00:714d) carry an IPv4 address in the part that is cut off; that is all
  // zero then, and so is the network.
  const kept = groups.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16));
  while (kept.at(-1) === "0") kept.pop();
  return kept.length === 0 ? "::" : `${kept.join(":")}::`;
}

function expandGroups(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // A dotted quad at the end stands for two groups.
  const width = [...before, ...after].reduce((sum, group) => sum + (group.includes(".") ? 2 : 1), 0);
  return tail === undefined ? before : [...before, ...Array.from({ length: 8 - width }, () => "0"), ...after];
}
