import { BlockList, isIP } from "node:net";
import { EnrichmentFailedError } from "./errors.ts";
import { unmapIp } from "./unmap-ip.ts";
import { type Addition, createAddition } from "./addition.ts";
import { defineEnrichment } from "./definition.ts";
import { noOptions } from "./option-schemas.ts";
import { clientAddress } from "./text-input.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const result = {
  description: "All that can be said of the client's address once it is truncated.",
  type: "object",
  properties: {
    ipVersion: {
      anyOf: [
        { type: "number", const: 4 },
        { type: "number", const: 6 },
      ],
      description: "Version of the Internet Protocol.",
    },
    isPublic: { type: "boolean", description: "Whether the address says anything about the place of the client." },
  },
  required: ["ipVersion", "isPublic"],
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type ClientResult = ValueOf<typeof result>;

/** Reads the client's address. */
export const client = defineEnrichment({
  name: "client",
  options: noOptions,
  result,
  create() {
    const notPublic = createNotPublicList();
    return {
      input: clientAddress,
      read(text): Addition<ClientResult> {
        const address = unmapIp(text);
        const version = isIP(address);
        if (version === 0) throw new EnrichmentFailedError("The client's address is no IP address.");
        const ipVersion = version === 4 ? 4 : 6;
        const isPublic = !notPublic.check(address, ipVersion === 4 ? "ipv4" : "ipv6");
        return createAddition("client", { ipVersion, isPublic });
      },
    };
  },
});

/**
 * Addresses that are not globally reachable. https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
function createNotPublicList(): BlockList {
  const list = new BlockList();
  const networks: readonly [string, number, "ipv4" | "ipv6"][] = [
    ["0.0.0.0", 8, "ipv4"],
    ["10.0.0.0", 8, "ipv4"],
    ["100.64.0.0", 10, "ipv4"],
    ["127.0.0.0", 8, "ipv4"],
    ["169.254.0.0", 16, "ipv4"],
    ["172.16.0.0", 12, "ipv4"],
    ["192.0.0.0", 24, "ipv4"],
    ["192.0.2.0", 24, "ipv4"],
    ["192.168.0.0", 16, "ipv4"],
    ["198.18.0.0", 15, "ipv4"],
    ["198.51.100.0", 24, "ipv4"],
    ["203.0.113.0", 24, "ipv4"],
    ["224.0.0.0", 3, "ipv4"],
    ["::", 127, "ipv6"],
    ["100::", 64, "ipv6"],
    ["2001:db8::", 32, "ipv6"],
    ["fc00::", 7, "ipv6"],
    ["fe80::", 10, "ipv6"],
    ["ff00::", 8, "ipv6"],
  ];
  for (const [network, prefix, family] of networks) list.addSubnet(network, prefix, family);
  return list;
}
