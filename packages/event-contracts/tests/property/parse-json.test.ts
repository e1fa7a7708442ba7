import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJson } from "../../src/index.ts";

/** A character of a name and how a text spells it. */
const character = fc.constantFrom<{ value: string; text: string }>(
  ...Array.from("ab漢\ud83d\ue000", (value) => ({ value, text: value })),
  ...["\\n", '\\"', "\\\\", "\\/", "\\u0061", "\\ud83d", "\\uDE00", "\\u0000", "\\ue000", "\\u0022"].map((text) => ({
    value: JSON.parse(`"${text}"`) as string,
    text,
  })),
);
const name = fc.array(character, { maxLength: 3 }).map((all) => ({
  value: all.map(({ value }) => value).join(""),
  text: all.map(({ text }) => text).join(""),
}));
type Property = readonly [name: { value: string; text: string }, value: number];
const properties = fc.array(fc.tuple(name, fc.nat(9)), { minLength: 1, maxLength: 4 });

const textOf = (all: readonly Property[]) =>
  `{"s\\"t\\\\":"\\\\","o": {${all.map(([{ text }, value]) => `"${text}" : ${value}`).join()}}}`;
const valueOf = (all: readonly Property[]) => ({
  's"t\\': "\\",
  o: Object.fromEntries(all.map(([{ value }, each]) => [value, each])),
});
/** An object of the same shape with the names that V8 takes these for. */
const poisonOf = (all: readonly Property[]) =>
  JSON.stringify(Object.fromEntries(all.map(([{ value, text }]) => [text.slice(0, value.length), 0])));

const sample = fc.sample(properties, { numRuns: 3_000, seed: 1 });
function misread(parse: (text: string) => unknown): string[] {
  return sample.flatMap((all) => {
    JSON.parse(poisonOf(all));
    return JSON.stringify(parse(textOf(all))) === JSON.stringify(valueOf(all)) ? [] : [textOf(all)];
  });
}

describe("parseJson", () => {
  test("reads names with escapes, whatever was parsed before", () => {
    expect(misread(parseJson)).toEqual([]);
  });

  test("is still needed: this Node's JSON.parse misreads some of the same texts", () => {
    expect(misread(JSON.parse).length).toBeGreaterThan(50);
  });

  test("reads what JSON.parse reads, on any JSON", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), (text) => expect(parseJson(text)).toEqual(JSON.parse(text))),
      { numRuns: 500 },
    );
  });

  test("keeps an own property called __proto__, and the last of two values under one name", () => {
    expect(JSON.stringify(parseJson('{"\\n":1,"__proto__":{"\\u005f_proto__":2},"\\u000a":3}'))).toBe(
      '{"\\n":3,"__proto__":{"__proto__":2}}',
    );
  });

  test.each(['{"\\x":1}', '{"\\n":1', '"\\', '{"\\n"1}'])("refuses %s as JSON.parse does", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test("takes no more than linear time for a mebibyte of escapes", () => {
    const timeOf = (escapes: number): number => {
      const text = `{"${"\\\\".repeat(escapes)}":"${"\\n\\\\".repeat(escapes / 2)}"}`;
      const before = performance.now();
      expect(Object.keys(parseJson(text) as object)[0]).toHaveLength(escapes);
      return performance.now() - before;
    };
    timeOf(500_000);
    // Other work of the machine, and collections, only ever add to a run. Processor time is too coarse for it.
    const leastOf = (escapes: number): number => Math.min(...Array.from({ length: 7 }, () => timeOf(escapes)));
    // Sixteen times the text: linear work takes sixteen times as long, quadratic work 256 times.
    expect(leastOf(496_000) / leastOf(31_000)).toBeLessThan(64);
  });
});
