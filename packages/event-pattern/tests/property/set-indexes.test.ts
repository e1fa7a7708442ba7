import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../bench/random.ts";
import { compilePattern, compilePatterns, type EventPattern } from "../../src/index.ts";
import { IntervalIndex } from "../../src/set/interval-index.ts";
import { Numbers } from "../../src/set/numbers.ts";
import { LoadedSet } from "../../src/set/pattern-set.ts";
import { TextTable } from "../../src/set/text-table.ts";

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

function collected(collect: (into: Numbers) => void): number[] {
  const numbers = new Numbers();
  collect(numbers);
  return Array.from({ length: numbers.count }, (_, place) => numbers.at(place));
}

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
      const index = new IntervalIndex(intervals);
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
  const word = (longest: number): string =>
    Array.from({ length: Math.floor(random() * (longest + 1)) }, () => "abABé".charAt(Math.floor(random() * 5))).join(
      "",
    );
  for (let round = 0; round < 20; round += 1) {
    const keys = Array.from({ length: 1 + Math.floor(random() * 50) }, () => word(6));
    const folded = keys.map((key) => key.replaceAll("é", "a").toUpperCase());
    const entries = (texts: readonly string[]) => texts.map((text, item) => [text, item] as const);
    const begins = new TextTable(entries(keys), { isBackward: false, isCaseIgnored: false });
    const ends = new TextTable(entries(folded), { isBackward: true, isCaseIgnored: true });
    const where = (texts: readonly string[], holds: (text: string) => boolean): number[] =>
      texts.flatMap((text, item) => (holds(text) ? [item] : []));
    for (let probe = 0; probe < 40; probe += 1) {
      const text = word(9);
      const upper = text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
      const found = [
        collected((into) => begins.collectAffixes(text, into)),
        collected((into) => begins.collectWhole(text, into)),
        collected((into) => ends.collectAffixes(text, into)),
      ];
      expect(found.map(sorted)).toEqual([
        where(keys, (key) => text.startsWith(key)),
        where(keys, (key) => key === text),
        where(folded, (key) => upper.endsWith(key)),
      ]);
      expect(keys[begins.itemOf(text)]).toBe(keys.includes(text) ? text : undefined);
    }
  }
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
