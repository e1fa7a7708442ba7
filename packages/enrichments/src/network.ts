import { createIpLookup, createLazyDatabase } from "./database.ts";
import { defineEnrichment } from "./definition.ts";
import { databaseOption } from "./option-schemas.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const options = {
  type: "object",
  required: ["database"],
  additionalProperties: false,
  properties: { database: databaseOption },
} as const satisfies ObjectSchema;

const result = {
  description: "The network the client is in.",
  type: "object",
  properties: {
    number: { type: "integer", minimum: 0, maximum: 4294967295, description: "Autonomous system number." },
    organization: { description: "Who runs it.", type: "string", minLength: 1 },
  },
  required: ["number"],
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type NetworkResult = ValueOf<typeof result>;

/** Records of MaxMind's layout. */
interface NetworkRecord {
  readonly autonomous_system_number?: number;
  readonly autonomous_system_organization?: string;
}

/** Option `database`: path of an ASN database. */
export const network = defineEnrichment({
  name: "network",
  options,
  result,
  create(options, { readFile }) {
    const lookUp = createLazyDatabase(options.database, readFile);
    return createIpLookup("network", (address) => readNetwork(lookUp(address) as NetworkRecord | null));
  },
});

function readNetwork(record: NetworkRecord | null): NetworkResult | undefined {
  const number = record?.autonomous_system_number;
  if (number === undefined) return undefined;
  const organization = record?.autonomous_system_organization;
  return { number, ...(organization === undefined ? {} : { organization }) };
}
