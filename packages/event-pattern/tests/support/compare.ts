import { compilePattern, compilePatterns, type EventPattern, loadPatterns } from "../../src/index.ts";
import { interpret } from "./interpreter.ts";
import { createRandom, randomEvent, randomPattern } from "./random-pairs.ts";

/** The result of comparing the compiled set with the interpreter. */
export interface Comparison {
  readonly pairs: number;
  readonly matches: number;
  /** The first disagreement, if there is any. */
  readonly difference: { seed: number; pattern: object; event: object; expected: boolean; got: boolean } | undefined;
}

const EVENTS_PER_SET = 40;

/**
 * Compares sets of 1 to 120 random patterns with the interpreter on random events, until `pairs` have been compared.
 * Each set goes through JSON first; `compilePattern` is compared on a part of the pairs.
 */
export function compare(pairs: number, firstSeed: number): Comparison {
  let compared = 0;
  let matches = 0;
  for (let seed = firstSeed; compared < pairs; seed += 1) {
    const random = createRandom(seed);
    const size = 1 + Math.floor(random() ** 2 * 120);
    const patterns = Array.from({ length: size }, () => randomPattern(random) as EventPattern);
    const named = Object.fromEntries(patterns.map((pattern, index) => [`p${index}`, pattern]));
    const set = loadPatterns(JSON.parse(JSON.stringify(compilePatterns(named))) as never);
    const single = compilePattern(patterns[0]!);
    for (let index = 0; index < EVENTS_PER_SET; index += 1) {
      const event = randomEvent(random);
      const got = new Set(index % 2 === 0 ? set.match(event) : set.matchText(JSON.stringify(event)));
      for (const [name, pattern] of Object.entries(named)) {
        const expected = interpret(pattern, event);
        compared += 1;
        if (expected) matches += 1;
        const isSame = got.has(name) === expected && (name !== "p0" || single(event) === expected);
        if (!isSame)
          return { pairs: compared, matches, difference: { seed, pattern, event, expected, got: got.has(name) } };
      }
    }
  }
  return { pairs: compared, matches, difference: undefined };
}
