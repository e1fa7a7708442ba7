import type { NumberText } from "./number-text.ts";
import type { WildcardParts } from "./wildcard.ts";

/** A value of an event that is no array and no object. */
export type Scalar = string | number | boolean | null | NumberText;

/** One alternative of a field as it is evaluated; plain JSON, so that a compiled set can be stored. */
export type Criterion =
  | { op: "equals"; value: string | number | boolean | null }
  | { op: "number-text"; text: string }
  | { op: "ip"; low: string; high: string }
  | { op: "prefix"; value: string }
  | { op: "suffix"; value: string }
  | { op: "equals-ignore-case"; value: string }
  | { op: "prefix-ignore-case"; value: string }
  | { op: "suffix-ignore-case"; value: string }
  | { op: "wildcard"; parts: WildcardParts }
  | { op: "range"; low: number; isLowOpen: boolean; high: number; isHighOpen: boolean }
  | { op: "exists" }
  | { op: "absent" }
  | { op: "anything-but"; values: readonly (string | number)[] }
  | { op: "anything-but-prefix"; values: readonly string[] }
  | { op: "anything-but-suffix"; values: readonly string[] }
  | { op: "anything-but-ignore-case"; values: readonly string[] }
  | { op: "anything-but-wildcard"; values: readonly WildcardParts[] };

/** A field and its criteria, of which it must hold one. `pointer` is where in the pattern it is written. */
export interface FieldCriteria {
  readonly path: string;
  readonly pointer: string;
  readonly anyOf: readonly Criterion[];
}

/** One combination of a pattern's `$or`s: all its fields must hold. Fields are in ascending order of their path. */
export type Conjunction = readonly FieldCriteria[];
