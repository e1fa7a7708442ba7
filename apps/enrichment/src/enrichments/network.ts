import { BoundedCache } from "../bounded-cache.ts";
import { unmapIp } from "../privacy/truncate-ip.ts";
import { createLazyDatabase } from "./database.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";
import { locateOrFail } from "./geo.ts";

/** The network the client is in. */
export interface NetworkResult {
  /** Autonomous system number. */
  readonly number: number;
  readonly organization?: string;
}

/** Records of MaxMind's layout. */
interface NetworkRecord {
  readonly autonomous_system_number?: number;
  readonly autonomous_system_organization?: string;
}

/** Option `database`: path of an ASN database. */
export const network: EnrichmentDefinition = {
  name: "network",
  create(options, { readFile }) {
    const lookUp = createLazyDatabase(options["database"] as string, readFile);
    const cache = new BoundedCache<{ result: NetworkResult | undefined }>();
    const locate = (address: string) => ({ result: readNetwork(lookUp(address) as NetworkRecord | null) });
    return ({ clientIp }) => {
      if (clientIp === undefined) return undefined;
      return cache.getOrCreate(unmapIp(clientIp), locateOrFail(locate)).result;
    };
  },
};

function readNetwork(record: NetworkRecord | null): NetworkResult | undefined {
  const number = record?.autonomous_system_number;
  if (number === undefined) return undefined;
  const organization = record?.autonomous_system_organization;
  return { number, ...(organization === undefined ? {} : { organization }) };
}
