import type { EventPattern } from "./pattern.ts";
import { compileSet } from "./set/compile-set.ts";
import type { CompiledPatterns } from "./set/compiled-patterns.ts";
import { LoadedSet } from "./set/pattern-set.ts";

/** A set of named patterns, compiled. */
export interface PatternSet {
  /**
   * The names of the patterns that an event (a JSON object) matches, in the order they were given.
   * @param text the JSON text that `JSON.parse` made the event of: numbers that no double holds are compared by their
   *   digits
   * @throws InvalidEventError, EventTooComplexError
   */
  match(event: object, text?: string): string[];
  /** Like `match`, from the event's JSON text alone. */
  matchText(text: string): string[];
  /** The compiled form, plain JSON; `loadPatterns` makes a set of it again without compiling. */
  toJSON(): CompiledPatterns;
}

/**
 * Compiles named patterns into one set, whose matching time does not grow with the patterns that cannot match.
 *
 * @param named name → pattern, as an object or as JSON text
 * @throws InvalidPatternError, PatternTooCostlyError
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * @example
 * const set = compilePatterns({ dear: { total: [{ numeric: [">", 100] }] }, orders: { type: ["order"] } });
 * set.match({ type: "order", total: 12 }); // ["orders"]
 */
export function compilePatterns(named: Readonly<Record<string, string | EventPattern>>): PatternSet {
  return loadPatterns(compileSet(named));
}

/**
 * Makes a set of its compiled form: fills look-up tables, parses no pattern.
 *
 * @throws InvalidCompiledFormError
 * @example
 * const stored = JSON.stringify(compilePatterns({ orders: { type: ["order"] } }));
 * loadPatterns(JSON.parse(stored)).match({ type: "order" }); // ["orders"]
 */
export function loadPatterns(compiled: CompiledPatterns): PatternSet {
  const set = new LoadedSet(compiled);
  return {
    match: (event, text) => set.match(event, text),
    matchText: (text) => set.matchText(text),
    toJSON: () => compiled,
  };
}
