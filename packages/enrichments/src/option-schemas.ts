/** Options that several enrichments have. */
export const pointersOption = {
  description: "JSON Pointers into the event; the first that leads to a text counts.",
  type: "array",
  minItems: 1,
  items: { type: "string", pattern: "^(/[^/]*)+$" },
} as const;

export const databaseOption = {
  description: "File in MaxMind format: a path in the bundle, or an absolute one (a layer, a mount).",
  type: "string",
  minLength: 1,
} as const;

/** The options of an enrichment that has none. */
export const noOptions = { type: "object", maxProperties: 0 } as const;
