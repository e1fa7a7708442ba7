import { compilePatterns } from "../src/index.ts";
import { measure } from "./measure.ts";

/** An input made to be slow, at several sizes: time per character or element must not grow with the size. */
export interface WorstCase {
  readonly name: string;
  readonly sizes: readonly {
    readonly size: number;
    readonly microsecondsPerEvent: number;
    readonly nanosecondsPerUnit: number;
  }[];
}

const SIZES = [1_000, 10_000, 100_000];

interface Input {
  readonly name: string;
  readonly pattern: Parameters<typeof compilePatterns>[0];
  readonly event: (size: number) => object;
}

const repeat = <T>(size: number, item: (index: number) => T): T[] =>
  Array.from({ length: size }, (_, index) => item(index));

const INPUTS: readonly Input[] = [
  {
    name: "wildcard a*a*a*…*b (32 of them) over aaa…",
    pattern: { w: { f: [{ wildcard: `${"a*".repeat(32)}b` }] } },
    event: (size) => ({ f: "a".repeat(size) }),
  },
  {
    name: "1,000 wildcards *aaa…*b over aaa…",
    pattern: Object.fromEntries(
      repeat(1_000, (index) => [`w${index}`, { f: [{ wildcard: `*${"a".repeat(3 + (index % 9))}*b${index}` }] }]),
    ),
    event: (size) => ({ f: "a".repeat(size) }),
  },
  {
    name: "three fields of one array that never meet in an element",
    pattern: { w: { a: { x: [1], y: [1], z: [1] } } },
    event: (size) => ({
      a: repeat(
        size,
        (index) =>
          [
            { x: 1, y: 1 },
            { x: 1, z: 1 },
            { y: 1, z: 1 },
          ][index % 3],
      ),
    }),
  },
  {
    name: "five sibling arrays and a field that fails",
    pattern: { w: { a: { x: [1] }, b: { x: [1] }, c: { x: [1] }, d: { x: [1] }, e: { x: [1], y: [1] } } },
    event: (size) =>
      Object.fromEntries(
        ["a", "b", "c", "d", "e"].map((key) => [
          key,
          repeat(size / 5, (index) => (index % 2 ? { x: 1 } : { x: 1, y: 2 })),
        ]),
      ),
  },
  {
    name: "arrays five deep",
    pattern: { w: { a: { a: { a: { a: { x: [1], y: [2] } } } } } },
    event: (size) => {
      const side = Math.round(size ** (1 / 4) / 1.2);
      const nest = (depth: number): unknown =>
        depth === 0 ? { x: 1, y: 1 } : repeat(side, () => ({ a: nest(depth - 1) }));
      return { a: nest(4) };
    },
  },
];

export function measureWorstCases(): WorstCase[] {
  return INPUTS.map(({ name, pattern, event }) => {
    const set = compilePatterns(pattern);
    const sizes = SIZES.map((size) => {
      const { eventsPerCpuSecond } = measure([event(size)], (input) => set.match(input), 200, 2);
      const microsecondsPerEvent = Math.round(1e8 / eventsPerCpuSecond) / 100;
      return { size, microsecondsPerEvent, nanosecondsPerUnit: Math.round((microsecondsPerEvent * 1_000) / size) };
    });
    return { name, sizes };
  });
}
