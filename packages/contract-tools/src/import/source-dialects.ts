import { type Dialect, type Draft, isJsonObject, type Json, type JsonObject, walkSchema } from "@millrace/schema-graph";

/** The dialect that a document is converted to. */
export const targetOf: Readonly<Record<Dialect, Draft>> = {
  "draft-04": "draft-07",
  "draft-06": "draft-07",
  "draft-07": "draft-07",
  "2019-09": "2020-12",
  "2020-12": "2020-12",
};

/** Names of dialects, as `--dialect` takes them. */
export const dialects = Object.keys(targetOf) as readonly Dialect[];

export const dialectUris: Readonly<Record<Draft, string>> = {
  "2020-12": "https://json-schema.org/draft/2020-12/schema",
  "draft-07": "http://json-schema.org/draft-07/schema#",
};

/** The dialect that a `$schema` names; `undefined` when it is none that can be read. */
export function dialectOf($schema: string): Dialect | undefined {
  // Self-describing documents of Iglu are draft-04 and say the name of their own meta-schema.
  if (/^https?:\/\/iglucentral\.com\/.*\/(schema|jsonschema)\//.test($schema)) return "draft-04";
  const name = /^https?:\/\/json-schema\.org\/(?:draft\/)?(draft-0\d|20\d\d-\d\d)\/schema#?$/.exec($schema)?.[1];
  return dialects.find((dialect) => dialect === name);
}

const signs: readonly (readonly [Dialect, (schema: JsonObject) => boolean])[] = [
  [
    "2020-12",
    (schema) =>
      ["$defs", "prefixItems", "$dynamicRef", "dependentRequired", "dependentSchemas", "unevaluatedProperties"].some(
        (keyword) => schema[keyword] !== undefined,
      ),
  ],
  [
    "draft-04",
    ({ id, exclusiveMinimum, exclusiveMaximum }) =>
      typeof id === "string" || typeof exclusiveMinimum === "boolean" || typeof exclusiveMaximum === "boolean",
  ],
];

/** The dialect of a document that does not say it, by words that only one has; draft-07 without any. */
export function guessDialect(document: Json): Dialect {
  if (!isJsonObject(document)) return "draft-07";
  const schemas = [...walkSchema(document)].map(({ schema }) => schema);
  return signs.find(([, isSign]) => schemas.some(isSign))?.[0] ?? "draft-07";
}
