import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../bench/random.ts";
import { compilePattern, compilePatterns, type EventPattern } from "../../src/index.ts";
import type { Interval } from "../../src/set/interval-parts.ts";
import { IntervalGroups } from "../../src/set/number-intervals.ts";
import { Numbers } from "../../src/set/numbers.ts";
import { LoadedSet } from "../../src/set/pattern-set.ts";
import { TextIntervals } from "../../src/set/text-intervals.ts";
import { TextKeys } from "../../src/set/text-table.ts";

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

function collected(collect: (into: Numbers) => void): number[] {
  const numbers = new Numbers();
  collect(numbers);
  return Array.from({ length: numbers.count }, (_, place) => numbers.at(place));
}

function numberIntervals(intervals: readonly Interval<number>[]): { collect(point: number, into: Numbers): void } {
  const words: number[] = [];
  const groups = new IntervalGroups(words);
  // Another group stands before and behind, whose ends are not to be found.
  const other = { low: 0, high: 1, isLowOpen: false, isHighOpen: false, item: 99 };
  groups.layOut([other]);
  const group = groups.layOut(intervals);
  groups.layOut([other]);
  const at = words.push(...group) - group.length;
  const index = groups.toIntervals(Uint32Array.from(words));
  return { collect: (point, into) => index.collect(at, point, into) };
}

test("intervals of numbers far apart, crowded, or without end are found by numbers near their ends", () => {
  const ends = [-Infinity, -1e308, -3, -0, 5e-324, 1e-300, 1, 1 + 2 ** -52, 2, 1e17, 1e308, Infinity];
  const points = [...ends, 0, 1e-310, 0.5, 1.5, 4, -1e-320, 7e16].filter((point) => Number.isFinite(point));
  const intervals = ends.flatMap((low, from) =>
    ends.slice(from + 1).map((high, span) => ({ low, high, isLowOpen: span % 2 === 0, isHighOpen: from % 2 === 0 })),
  );
  for (const some of [intervals, intervals.slice(-9), intervals.slice(0, 1)]) {
    const index = numberIntervals(some.map((interval, item) => ({ ...interval, item })));
    for (const point of points) {
      const expected = some.flatMap(({ low, high, isLowOpen, isHighOpen }, item) =>
        (isLowOpen ? point > low : point >= low) && (isHighOpen ? point < high : point <= high) ? [item] : [],
      );
      expect(sorted(collected((into) => index.collect(point, into)))).toEqual(expected);
    }
  }
});

test("intervals of texts are found by the texts that lie in them", () => {
  const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const intervals = letters.map((low, item) => {
    return { low, high: letters[item + 2] ?? "z", isLowOpen: item % 2 === 0, isHighOpen: item % 3 === 0, item };
  });
  const index = new TextIntervals(intervals);
  for (const text of [...letters, "", "aa", "cx", "z", "zz"]) {
    const expected = intervals.flatMap(({ low, high, isLowOpen, isHighOpen, item }) =>
      (isLowOpen ? text > low : text >= low) && (isHighOpen ? text < high : text <= high) ? [item] : [],
    );
    expect(sorted(collected((into) => index.collect(text, into)))).toEqual(expected);
  }
});

describe.each([
  ["apart", 1],
  ["nested in each other", 400],
])("intervals that are %s", (_, longest) => {
  test("are found by every point that lies in them, with open and closed ends", () => {
    const random = createRandom(longest);
    const whole = (below: number): number => Math.floor(random() * below);
    for (let round = 0; round < 10; round += 1) {
      const intervals = Array.from({ length: 1 + whole(60) }, (_unused, item) => {
        const low = whole(400);
        return { low, high: low + 1 + whole(longest), isLowOpen: whole(2) === 0, isHighOpen: whole(2) === 0, item };
      });
      const index = numberIntervals(intervals);
      const points = Array.from({ length: 1_650 }, (_unused, step) => step / 2 - 1);
      const found = points.map((point) => sorted(collected((into) => index.collect(point, into))));
      const expected = points.map((point) =>
        intervals.flatMap(({ low, isLowOpen, high, isHighOpen, item }) =>
          (isLowOpen ? point > low : point >= low) && (isHighOpen ? point < high : point <= high) ? [item] : [],
        ),
      );
      expect(found).toEqual(expected);
    }
  });
});

test("texts are found by what begins with them, ends with them and is them, with and without case", () => {
  const random = createRandom(5);
  const whole = (below: number): number => Math.floor(random() * below);
  const word = (longest: number): string =>
    Array.from({ length: whole(longest + 1) }, () => "abABé@`".charAt(whole(7))).join("");
  const inUpperCase = (text: string): string => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  for (let round = 0; round < 60; round += 1) {
    const words: number[] = [];
    const keys = new TextKeys(words);
    const groups = (["is", "begins", "ends"] as const).map((relation) => {
      // In every second round the keys are long enough to be told apart by a few characters of theirs.
      const least = round % 2 === 0 ? "" : `${word(4)}.`;
      const members = Array.from({ length: 1 + whole(30) }, (_, item) => {
        const isCaseIgnored = whole(2) === 0;
        const text = `${least}${word(6)}`;
        return { text: isCaseIgnored ? inUpperCase(text.replaceAll("é", "a")) : text, item, isCaseIgnored };
      });
      return { members, relation, group: keys.addGroup(members, relation) };
    });
    const table = keys.toTable(Uint32Array.from(words));
    for (const { members, relation, group } of groups) {
      const near = members.flatMap(({ text }) => [text, `${text}b`, `b${text}`, text.toLowerCase(), text.slice(1)]);
      for (const text of [...near, ...Array.from({ length: 20 }, () => word(9))]) {
        const expected = members.flatMap((key) => {
          const seen = key.isCaseIgnored ? inUpperCase(text) : text;
          const holds = { is: seen === key.text, begins: seen.startsWith(key.text), ends: seen.endsWith(key.text) };
          return holds[relation] ? [key.item] : [];
        });
        expect(sorted(collected((into) => table.collect(group, text, into)))).toEqual(expected);
        if (relation === "is")
          expect([...expected, -1].slice(0, Math.max(1, expected.length))).toContain(table.itemOf(group, text));
      }
    }
  }
});

test("a long text is no shorter one whose length has the same last bits", () => {
  const words: number[] = [];
  const keys = new TextKeys(words);
  const long = "x".repeat(65_538);
  const members = ["ab", long].map((text, item) => ({ text, item, isCaseIgnored: false }));
  const group = keys.addGroup(members, "is");
  const begins = keys.addGroup(members, "begins");
  const table = keys.toTable(Uint32Array.from(words));
  const texts = ["ab", `ab${"c".repeat(32)}`, long, "xx", "x".repeat(131_074)];
  const found = (of: number): number[][] => texts.map((text) => collected((into) => table.collect(of, text, into)));
  expect(found(group)).toEqual([[0], [], [1], [], []]);
  expect(found(begins)).toEqual([[0], [0], [1], [], [1]]);
});

test("a set goes on when the numbers that it gives to events start again", () => {
  const patterns = compilePatterns(
    Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`p${index}`, { a: [index % 4], b: [{ exists: true }] }]),
    ),
  );
  const restarting = new LoadedSet(patterns.toJSON(), 3);
  for (let event = 0; event < 40; event += 1) {
    const value = { a: [event % 5, (event * 7) % 5], ...(event % 3 > 0 && { b: 1 }) };
    expect(restarting.match(value)).toEqual(patterns.match(value));
  }
});

test("numbers come back in order, however many there are", () => {
  const random = createRandom(9);
  for (const count of [0, 1, 2, 16, 17, 64, 65, 1_000]) {
    const given = Array.from({ length: count }, () => Math.floor(random() * 2 ** 32));
    expect(collected((into) => given.forEach((number) => into.push(number)))).toEqual(given);
    const ascending = collected((into) => {
      for (const number of given) into.push(number);
      into.sort();
    });
    expect(ascending).toEqual(sorted(given));
    const numbers = new Numbers();
    for (const number of given) numbers.push(number);
    expect(Array.from(given, () => numbers.pop())).toEqual(given.toReversed());
  }
});

test("a set sorted by the type of events matches what each pattern matches by itself", () => {
  const random = createRandom(11);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const types = ["a", "b", "c"];
  const some = (): string => `v${Math.floor(random() * 300)}`;
  const patterns: Record<string, EventPattern> = {};
  for (let index = 0; index < 600; index += 1) {
    patterns[`p${index}`] = pick<() => EventPattern>([
      () => ({ type: [pick(types)], x: [some(), some()] }),
      () => ({ type: [pick(types), pick(types)], x: [{ prefix: some() }], y: [some()] }),
      () => ({ type: [{ exists: false }], x: [some()] }),
      () => ({ x: [some()], y: [{ "anything-but": some() }] }),
      () => ({ $or: [{ type: [pick(types)] }, { y: [some()] }], x: [{ suffix: some().slice(-2) }] }),
    ])();
  }
  const set = compilePatterns(patterns);
  const alone = Object.entries(patterns).map(([name, pattern]) => [name, compilePattern(pattern)] as const);
  for (let event = 0; event < 60; event += 1) {
    const type = pick<unknown>(["a", "b", "c", "d", ["a", "c"], undefined]);
    const value = { ...(type !== undefined && { type }), x: pick([some(), [some(), some()]]), y: some() };
    const expected = alone.flatMap(([name, matches]) => (matches(value) ? [name] : []));
    expect(set.match(value)).toEqual(expected);
    expect(set.matchText(JSON.stringify(value))).toEqual(expected);
  }
});
