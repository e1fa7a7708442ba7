import type { Dialect } from "./keywords.ts";

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

/** A keyword that holds schemas. */
export interface Applicator {
  readonly holds: Holding;
  readonly target: Target;
  readonly certainty: Certainty;
  /** The dialects that know it. Readers of annotations obey it in every dialect. */
  readonly drafts: readonly Dialect[];
}

const all = ["2020-12", "2019-09", "draft-07", "draft-06", "draft-04"] as const;
const from2019 = ["2020-12", "2019-09"] as const;
const from07 = ["2020-12", "2019-09", "draft-07"] as const;
const from06 = ["2020-12", "2019-09", "draft-07", "draft-06"] as const;
const until2019 = ["2019-09", "draft-07", "draft-06", "draft-04"] as const;

/** Every keyword of JSON Schema that holds schemas. */
export const applicators: Readonly<Record<string, Applicator>> = {
  $defs: { holds: "map", target: "nothing", certainty: "certain", drafts: from2019 },
  definitions: { holds: "map", target: "nothing", certainty: "certain", drafts: all },
  properties: { holds: "map", target: "named property", certainty: "certain", drafts: all },
  patternProperties: { holds: "map", target: "matching properties", certainty: "certain", drafts: all },
  additionalProperties: { holds: "one", target: "other properties", certainty: "certain", drafts: all },
  unevaluatedProperties: { holds: "one", target: "other properties", certainty: "certain", drafts: from2019 },
  propertyNames: { holds: "one", target: "names", certainty: "certain", drafts: from06 },
  // With one schema and nothing before it, `items` is about each element; a list is about some.
  items: { holds: "one-or-list", target: "elements", certainty: "certain", drafts: all },
  prefixItems: { holds: "list", target: "elements", certainty: "one of", drafts: ["2020-12"] },
  additionalItems: { holds: "one", target: "elements", certainty: "one of", drafts: until2019 },
  unevaluatedItems: { holds: "one", target: "elements", certainty: "one of", drafts: from2019 },
  contains: { holds: "one", target: "elements", certainty: "one of", drafts: from06 },
  contentSchema: { holds: "one", target: "inner text", certainty: "certain", drafts: from2019 },
  allOf: { holds: "list", target: "same value", certainty: "certain", drafts: all },
  anyOf: { holds: "list", target: "same value", certainty: "one of", drafts: all },
  oneOf: { holds: "list", target: "same value", certainty: "one of", drafts: all },
  not: { holds: "one", target: "same value", certainty: "tested", drafts: all },
  if: { holds: "one", target: "same value", certainty: "tested", drafts: from07 },
  then: { holds: "one", target: "same value", certainty: "conditional", drafts: from07 },
  else: { holds: "one", target: "same value", certainty: "conditional", drafts: from07 },
  dependentSchemas: { holds: "map", target: "same value", certainty: "conditional", drafts: from2019 },
  dependencies: { holds: "map", target: "same value", certainty: "conditional", drafts: until2019 },
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
