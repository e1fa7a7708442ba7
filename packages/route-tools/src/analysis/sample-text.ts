import { NFA } from "refa";

/** Characters that people can read come first. */
const READABLE = [
  [0x61, 0x7a],
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x20, 0x7e],
] as const;

/** One of the shortest texts of a language; undefined when it has none. */
export function shortestText(languages: readonly NFA[]): string | undefined {
  const [first, ...rest] = languages;
  if (first === undefined) return undefined;
  try {
    let language = first;
    for (const other of rest) language = NFA.fromIntersection(language, other);
    for (const characters of language.wordSets()) {
      return String.fromCodePoint(
        ...characters.map((set) => {
          for (const [min, max] of READABLE) {
            const range = set.ranges.find((one) => one.min <= max && one.max >= min);
            if (range !== undefined) return Math.max(range.min, min);
          }
          return set.ranges[0]?.min ?? 0x61;
        }),
      );
    }
  } catch {
    // Too large an automaton: nothing is generated.
  }
  return undefined;
}
