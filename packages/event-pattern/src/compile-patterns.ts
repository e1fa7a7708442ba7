import { compilePattern } from "./compile-pattern.ts";
import { InvalidCompiledFormError } from "./errors.ts";
import { parseEventText } from "./event-text.ts";
import type { EventPattern } from "./pattern.ts";

/** A set of named patterns, compiled. */
export interface PatternSet {
  /** The names of the patterns the event matches, in the order they were given. */
  match(event: object): string[];
  /** Like `match`, from the event's JSON text. */
  matchText(text: string): string[];
  /** The compiled form, plain JSON; `loadPatterns` makes a set of it again without compiling. */
  toJSON(): CompiledPatterns;
}

/** The compiled form of a set. */
export interface CompiledPatterns {
  readonly format: 1;
  readonly names: readonly string[];
  readonly patterns: readonly (string | EventPattern)[];
}

/**
 * Compiles named patterns into one set.
 *
 * @throws InvalidPatternError, PatternTooCostlyError
 */
export function compilePatterns(named: Readonly<Record<string, string | EventPattern>>): PatternSet {
  return loadPatterns({ format: 1, names: Object.keys(named), patterns: Object.values(named) });
}

/**
 * Loads a compiled set.
 *
 * @throws InvalidCompiledFormError
 */
export function loadPatterns(compiled: CompiledPatterns): PatternSet {
  if ((compiled.format as number) !== 1) throw new InvalidCompiledFormError("Expected a compiled form of format 1");
  const predicates = compiled.patterns.map((pattern) => compilePattern(pattern));
  const match = (event: object): string[] => compiled.names.filter((_, index) => predicates[index]?.(event));
  return { match, matchText: (text) => match(parseEventText(text) as object), toJSON: () => compiled };
}
