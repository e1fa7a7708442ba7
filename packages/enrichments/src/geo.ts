import { createIpLookup, createLazyDatabase } from "./database.ts";
import { defineEnrichment } from "./definition.ts";
import { databaseOption } from "./option-schemas.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const options = {
  type: "object",
  required: ["database"],
  additionalProperties: false,
  properties: {
    database: databaseOption,
    precision: {
      description: "How much of the place is added, if the database knows it; `country` when left out.",
      enum: ["country", "region", "city"],
    },
  },
} as const satisfies ObjectSchema;

const result = {
  description:
    "Where the client is, as precisely as the options ask for. Never coordinates: they single out a household.",
  type: "object",
  properties: {
    country: {
      type: "string",
      pattern: "^[A-Z]{2}$",
      description: "ISO 3166-1 alpha-2.",
    },
    region: { description: "ISO 3166-2, e.g. `GB-SCT`.", type: "string", minLength: 1 },
    city: { description: "Name in English.", type: "string", minLength: 1 },
  },
  required: ["country"],
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type GeoResult = ValueOf<typeof result>;

/** Records of MaxMind's own layout, and the flat one of the databases that only have countries. */
interface GeoRecord {
  readonly country?: { readonly iso_code?: string };
  readonly country_code?: string;
  readonly subdivisions?: readonly { readonly iso_code?: string }[];
  readonly city?: { readonly names?: Readonly<Record<string, string>> } | string;
}

type Precision = "country" | "region" | "city";

/** Options: `database` path of a country or city database; `precision` how much of it is added. */
export const geo = defineEnrichment({
  name: "geo",
  options,
  result,
  create(options, { readFile }) {
    const lookUp = createLazyDatabase(options.database, readFile);
    const precision = options.precision ?? "country";
    return createIpLookup("geo", (address) => readGeo(lookUp(address) as GeoRecord | null, precision));
  },
});

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
