import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * The client's address: that of the connection, or what the outermost trusted proxy wrote into X-Forwarded-For, which
 * each proxy appends to; what stands left of that is the client's own word. `undefined` when it is no address.
 */
export function readClientIp(request: IncomingMessage, trustProxyHops: number): string | undefined {
  const forwarded = trustProxyHops === 0 ? undefined : request.headers["x-forwarded-for"];
  if (typeof forwarded !== "string") return mapToIpv4(request.socket.remoteAddress);
  const addresses = forwarded.split(",");
  return readForwardedAddress(addresses[Math.max(0, addresses.length - trustProxyHops)] ?? "");
}

/** Parts of an entry: an address in brackets, or the text up to a port; an IPv4 address has no other colon. */
const forwardedEntry = /^(?:for=)?"?(?:\[([^\]]*)\](?::\d+)?|([^":]*)(?::\d+)?|([^"]*))"?$/i;

/**
 * The address of one entry, as the proxies of the world write it: alone, with a port, IPv6 in brackets or with a zone,
 * or as `for=` of RFC 7239. `undefined` when there is none (`unknown`, `_hidden`).
 */
export function readForwardedAddress(entry: string): string | undefined {
  const [first = ""] = entry.split(";");
  const [, bracketed, beforePort, whole = ""] = forwardedEntry.exec(first.trim()) ?? [];
  const address = mapToIpv4((bracketed ?? beforePort ?? whole).replace(/%.*$/, ""));
  return address === undefined || isIP(address) === 0 ? undefined : address;
}

/** A dual-stack socket shows IPv4 clients as IPv6. */
function mapToIpv4(address: string | undefined): string | undefined {
  return address?.startsWith("::ffff:") === true && address.includes(".") ? address.slice("::ffff:".length) : address;
}
