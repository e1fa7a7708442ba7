/** A match expression: an object with exactly one operator, inside the array of a field. */
export type MatchExpression =
  | { exactly: string }
  | { prefix: string | { "equals-ignore-case": string } }
  | { suffix: string | { "equals-ignore-case": string } }
  | { "equals-ignore-case": string }
  | { wildcard: string }
  | { numeric: readonly (string | number)[] }
  | { cidr: string }
  | { exists: boolean }
  | {
      "anything-but":
        | string
        | number
        | readonly string[]
        | readonly number[]
        | { prefix: string | readonly string[] }
        | { suffix: string | readonly string[] }
        | { "equals-ignore-case": string | readonly string[] }
        | { wildcard: string | readonly string[] };
    };

/** One alternative a field may have. */
export type PatternValue = string | number | boolean | null | MatchExpression;

/**
 * An EventBridge event pattern: every named field must have one of its alternatives; `$or` names alternatives of
 * whole patterns. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export interface EventPattern {
  readonly [field: string]: readonly PatternValue[] | readonly EventPattern[] | EventPattern;
}
