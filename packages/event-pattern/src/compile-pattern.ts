import { isSatisfiable, type ReadField } from "./array-consistency.ts";
import { FieldReader } from "./field-reader.ts";
import { parsePattern } from "./parse-pattern.ts";
import type { EventPattern } from "./pattern.ts";

/**
 * Compiles one event pattern to a predicate over parsed events.
 *
 * @param pattern the pattern as an object, or as JSON text (then faults carry line and column, and numbers their
 *   digits)
 * @returns a predicate of events (JSON objects); it throws InvalidEventError for any other value
 * @throws InvalidPatternError, PatternTooCostlyError
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * @example
 * const isDear = compilePattern({ type: ["order"], total: [{ numeric: [">", 100] }] });
 * isDear({ type: "order", total: 120 }); // true
 */
export function compilePattern(pattern: string | EventPattern): (event: object) => boolean {
  const conjunctions = parsePattern(pattern);
  const paths = [...new Set(conjunctions.flatMap((fields) => fields.map((field) => field.path)))];
  const reader = new FieldReader(paths);
  const checks = conjunctions.map((fields) =>
    fields.flatMap(({ path, anyOf }): ReadField[] => {
      const values = reader.fields[paths.indexOf(path)];
      return values ? [{ anyOf, values }] : [];
    }),
  );
  return (event) => {
    reader.read(event);
    return checks.some(isSatisfiable);
  };
}
