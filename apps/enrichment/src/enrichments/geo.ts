import type { Enrichment } from "@millrace/event-contracts";
import { createIpLookup, createLazyDatabase } from "./database.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";

/** Where the client is, as precisely as the options ask for. Never coordinates: they single out a household. */
export type GeoResult = NonNullable<Enrichment["geo"]>;

/** Records of MaxMind's own layout, and the flat one of the databases that only have countries. */
interface GeoRecord {
  readonly country?: { readonly iso_code?: string };
  readonly country_code?: string;
  readonly subdivisions?: readonly { readonly iso_code?: string }[];
  readonly city?: { readonly names?: Readonly<Record<string, string>> } | string;
}

type Precision = "country" | "region" | "city";

/** Options: `database` path of a country or city database; `precision` how much of it is added. */
export const geo: EnrichmentDefinition = {
  name: "geo",
  create(options, { readFile }) {
    const lookUp = createLazyDatabase(options["database"] as string, readFile);
    const precision = (options["precision"] as Precision | undefined) ?? "country";
    return createIpLookup("geo", (address) => readGeo(lookUp(address) as GeoRecord | null, precision));
  },
};

function readGeo(record: GeoRecord | null, precision: Precision): GeoResult | undefined {
  const country = record?.country?.iso_code ?? record?.country_code;
  if (record === null || country === undefined) return undefined;
  const region = record.subdivisions?.[0]?.iso_code;
  const city = typeof record.city === "string" ? record.city : record.city?.names?.["en"];
  return {
    country,
    ...(precision === "country" || region === undefined ? {} : { region: `${country}-${region}` }),
    ...(precision !== "city" || city === undefined ? {} : { city }),
  };
}
