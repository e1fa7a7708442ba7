import type { Enrichment } from "@millrace/event-contracts";
import { createIpLookup, createLazyDatabase } from "./database.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";

/** The network the client is in. */
export type NetworkResult = NonNullable<Enrichment["network"]>;

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
    return createIpLookup("network", (address) => readNetwork(lookUp(address) as NetworkRecord | null));
  },
};

function readNetwork(record: NetworkRecord | null): NetworkResult | undefined {
  const number = record?.autonomous_system_number;
  if (number === undefined) return undefined;
  const organization = record?.autonomous_system_organization;
  return { number, ...(organization === undefined ? {} : { organization }) };
}
