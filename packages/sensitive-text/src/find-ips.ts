import { isIP } from "node:net";
import { type Finding, noFindings } from "./finding.ts";

const ipv4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)/gu;
// Colons may be escaped, as in the query of an address.
const ipv6 = /(?<![\w:])[\da-f]{0,4}(?:(?::|%3A)[\da-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?(?![\w:]|\.\d)/giu;

/** Finds IP addresses. A network (`81.2.69.0`) is none, and neither is a version such as `120.0.0.0`. */
export function findIps(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  if (text.includes(".")) {
    for (const { index, 0: address } of text.matchAll(ipv4)) {
      if (!address.endsWith(".0") && isIP(address) === 4) findings.push({ start: index, end: index + address.length });
    }
  }
  if (text.includes(":") || text.includes("%3")) {
    for (const { index, 0: address } of text.matchAll(ipv6)) {
      if (isIpv6OfOneHost(address)) findings.push({ start: index, end: index + address.length });
    }
  }
  return findings.length === 0 ? noFindings : findings.toSorted((a, b) => a.start - b.start);
}

/** Text that ends in `::` is a network, as an address is after truncating. */
function isIpv6OfOneHost(text: string): boolean {
  const address = text.replaceAll(/%3A/giu, ":");
  return !address.endsWith("::") && isIP(address) === 6;
}
