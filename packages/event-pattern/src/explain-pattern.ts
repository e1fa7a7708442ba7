import { isSatisfiable } from "./array-consistency.ts";
import type { Conjunction, FieldCriteria, Scalar } from "./criterion.ts";
import { FieldReader } from "./field-reader.ts";
import { parsePattern } from "./parse-pattern.ts";
import type { EventPattern } from "./pattern.ts";
import { satisfies } from "./satisfies.ts";

/** Why an event matches a pattern, or why not. */
export interface Explanation {
  readonly matches: boolean;
  /** The combination of `$or`s that matched, else the one that came furthest. */
  readonly fields: readonly ExplainedField[];
  /** Every field holds, but not within the same elements of an array. */
  readonly isInconsistent: boolean;
}

/** One field of a pattern beside what the event has there. */
export interface ExplainedField extends FieldCriteria {
  readonly holds: boolean;
  /** The event's values of this path, in the order they stand; empty when it has none. */
  readonly seen: readonly Scalar[];
}

/**
 * Explains one pattern on one event: slow, for people.
 *
 * @throws InvalidPatternError, PatternTooCostlyError, InvalidEventError
 * @example
 * const pattern = { type: ["order"], total: [{ numeric: [">", 100] }] };
 * const { matches, fields } = explainPattern(pattern, { type: "order", total: 12 });
 * [matches, fields.find(({ holds }) => !holds)?.path]; // [false, "total"]
 */
export function explainPattern(pattern: string | EventPattern, event: object): Explanation {
  const explained = parsePattern(pattern).map((fields) => explainConjunction(fields, event));
  const score = ({ matches, isInconsistent, fields }: Explanation): number =>
    matches
      ? Number.POSITIVE_INFINITY
      : (fields.filter(({ holds }) => holds).length + (isInconsistent ? 0.5 : 0)) / fields.length;
  return explained.reduce((best, next) => (score(next) > score(best) ? next : best));
}

function explainConjunction(conjunction: Conjunction, event: object): Explanation {
  const reader = new FieldReader(conjunction.map(({ path }) => path));
  reader.read(event);
  const read = conjunction.flatMap((field, index) => {
    const values = reader.fields[index];
    return values === undefined ? [] : [{ ...field, values }];
  });
  const fields = read.map(({ values, ...field }): ExplainedField => {
    const seen = values.values.slice(0, values.count);
    const isAbsent = field.anyOf.some(({ op }) => op === "absent") && (values.count === 0 || values.isInArrays);
    const holds = isAbsent || seen.some((value) => field.anyOf.some((criterion) => satisfies(criterion, value)));
    return { ...field, holds, seen };
  });
  const holdsEach = fields.every(({ holds }) => holds);
  const matches = holdsEach && isSatisfiable(read);
  return { matches, fields, isInconsistent: holdsEach && !matches };
}
