/**
 * Ceilings that keep a pattern set loadable and matching linear. A pattern above one is refused with its measure.
 *
 * Sources: `MAX_FIELDS` is the engine's own ceiling on fields of one rule (aws/event-ruler, `MAXIMUM_RULE_SIZE`);
 * `MAX_OR_COMBINATIONS` is the service's ceiling on the combinations an `$or` may expand to
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html). The others are ours.
 */
export const LIMITS = {
  /** Fields one pattern may name, in each combination of its `$or`s. */
  maxFields: 256,
  /** Combinations the `$or`s of one pattern may expand to; parallel `$or`s multiply. */
  maxOrCombinations: 1_000,
  /** Values and match expressions of one pattern, counted once per place they are written in. */
  maxCriteria: 10_000,
  /** `*` in one wildcard: each costs one more search through the rest of the value. */
  maxWildcards: 64,
  /** Dot-separated segments of one field's path: a path of n segments has n(n+1)/2 spellings in an event. */
  maxPathSegments: 64,
} as const;

/**
 * Nesting of arrays and objects in an event above which it is refused (Jackson, which the engine reads with: 1,000).
 */
export const MAX_EVENT_DEPTH = 1_000;

/** The limits in force for one compilation. */
export type PatternLimits = { readonly [K in keyof typeof LIMITS]: number };
