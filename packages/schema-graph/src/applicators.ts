/** How a keyword holds schemas. */
export type Holding = "one" | "list" | "map" | "one-or-list";

/** The target of the schemas below a keyword, seen from the value of the schema around them. */
export type Target =
  /** The value itself. */
  | "same value"
  /** The property of the name they stand under. */
  | "named property"
  /** Properties whose names match the pattern they stand under. */
  | "matching properties"
  /** Properties that nothing beside them names. */
  | "other properties"
  /** Elements of an array. */
  | "elements"
  /** The names of an object. */
  | "names"
  /** The decoded text of the value. */
  | "inner text"
  /** Nothing, until a reference leads there. */
  | "nothing";

/** Their validity: `certain` if they apply to every value that the schema around them takes. */
export type Certainty = "certain" | "one of" | "conditional" | "tested";

/** A keyword that holds schemas. Readers of annotations obey it in every dialect; `keywordsOf` tells which know it. */
export interface Applicator {
  readonly holds: Holding;
  readonly target: Target;
  readonly certainty: Certainty;
}

/** Every keyword of JSON Schema that holds schemas. */
export const applicators: Readonly<Record<string, Applicator>> = {
  $defs: { holds: "map", target: "nothing", certainty: "certain" },
  definitions: { holds: "map", target: "nothing", certainty: "certain" },
  properties: { holds: "map", target: "named property", certainty: "certain" },
  patternProperties: { holds: "map", target: "matching properties", certainty: "certain" },
  additionalProperties: { holds: "one", target: "other properties", certainty: "certain" },
  unevaluatedProperties: { holds: "one", target: "other properties", certainty: "certain" },
  propertyNames: { holds: "one", target: "names", certainty: "certain" },
  // With one schema and nothing before it, `items` is about each element; a list is about some.
  items: { holds: "one-or-list", target: "elements", certainty: "certain" },
  prefixItems: { holds: "list", target: "elements", certainty: "one of" },
  additionalItems: { holds: "one", target: "elements", certainty: "one of" },
  unevaluatedItems: { holds: "one", target: "elements", certainty: "one of" },
  contains: { holds: "one", target: "elements", certainty: "one of" },
  contentSchema: { holds: "one", target: "inner text", certainty: "certain" },
  allOf: { holds: "list", target: "same value", certainty: "certain" },
  anyOf: { holds: "list", target: "same value", certainty: "one of" },
  oneOf: { holds: "list", target: "same value", certainty: "one of" },
  not: { holds: "one", target: "same value", certainty: "tested" },
  if: { holds: "one", target: "same value", certainty: "tested" },
  then: { holds: "one", target: "same value", certainty: "conditional" },
  else: { holds: "one", target: "same value", certainty: "conditional" },
  dependentSchemas: { holds: "map", target: "same value", certainty: "conditional" },
  dependencies: { holds: "map", target: "same value", certainty: "conditional" },
};

const byTarget = Map.groupBy(Object.keys(applicators), (keyword) => applicators[keyword]?.target);

/** The keywords whose schemas apply to a target. */
export function keywordsFor(target: Target): readonly string[] {
  return byTarget.get(target) ?? [];
}

/** The row of a keyword; `undefined` when its value is data. */
export function applicatorOf(keyword: string): Applicator | undefined {
  return Object.hasOwn(applicators, keyword) ? applicators[keyword] : undefined;
}

/** Keywords that lead to a schema elsewhere, which applies to the same value in every case. */
export const referenceKeywords: readonly string[] = ["$ref", "$dynamicRef", "$recursiveRef"];
