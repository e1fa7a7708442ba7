import { describe, expect, test } from "@jest/globals";
import {
  compilePatterns,
  type EventPattern,
  InvalidCompiledFormError,
  InvalidPatternError,
  loadPatterns,
} from "../../src/index.ts";

describe("a set", () => {
  test("names what matches in the order the patterns were given, each once", () => {
    const set = compilePatterns({
      z: { $or: [{ a: [1] }, { b: [2] }] },
      y: { a: [{ exists: true }] },
      x: { a: ["never"] },
      w: { b: [{ numeric: ["<", 3] }] },
    });
    expect(set.match({ a: 1, b: 2 })).toEqual(["z", "y", "w"]);
  });

  test("reads events whose keys stand in another order than those of the event before, or are others", () => {
    const set = compilePatterns({
      a: { x: [1] },
      b: { y: [1] },
      c: { deep: { x: [1] } },
    });
    const long = Object.fromEntries(Array.from({ length: 100 }, (_, key) => [`k${key}`, 1]));
    expect(set.match({ x: 1, y: 1, deep: { z: 1, x: 1 } })).toEqual(["a", "b", "c"]);
    expect(set.match({ y: 1, x: 2 })).toEqual(["b"]);
    expect(set.match({ z: 1, deep: { x: 1 }, y: 2 })).toEqual(["c"]);
    expect(set.match({ ...long, x: 1 })).toEqual(["a"]);
    expect(set.match({ ...long, y: 1 })).toEqual(["b"]);
    expect(set.match({})).toEqual([]);
    expect(set.match({ x: 1 })).toEqual(["a"]);
  });

  test("of no patterns matches nothing", () => {
    expect(compilePatterns({}).match({ a: 1 })).toEqual([]);
  });

  test("survives being stored as JSON", () => {
    const set = compilePatterns({
      a: { f: [{ wildcard: "x*" }, { numeric: [">", 1] }, null] },
      b: { g: [{ cidr: "10.0.0.0/8" }] },
    });
    const loaded = loadPatterns(JSON.parse(JSON.stringify(set)) as never);
    for (const event of [{ f: "xy" }, { f: 2 }, { f: null }, { g: "10.1.1.1" }, { f: "y" }]) {
      expect(loaded.match(event)).toEqual(set.match(event));
    }
  });

  test.each([[null], [{}], [{ format: 2 }]])("%j is not a compiled form", (compiled) => {
    expect(() => loadPatterns(compiled as never)).toThrow(InvalidCompiledFormError);
  });

  test("a compiled form that names what it does not have is refused", () => {
    const compiled = { ...compilePatterns({ a: { f: [1] } }).toJSON(), criteria: [] };
    expect(() => loadPatterns(compiled)).toThrow("names criterion 0");
  });

  test("says where in a text a fault is", () => {
    const text = '{\n  "detail": {\n    "state": [{ "prefx": "a" }]\n  }\n}';
    expect(() => compilePatterns({ a: text })).toThrow(
      new InvalidPatternError('Unknown operator "prefx"', "/detail/state/0/prefx", { line: 3, column: 26 }),
    );
  });

  test("many patterns on one field are all found by their indexes, also those nested in each other", () => {
    const texts = ["a", "ab", "abc", "b", "bc", "c-long-one", "c-long-two", "d", "e", "ABC", "xyz-abc", "z"];
    const named: Record<string, EventPattern> = Object.fromEntries(
      texts.flatMap((text) => [
        [`prefix ${text}`, { f: [{ prefix: text }] }],
        [`suffix ${text}`, { f: [{ suffix: text }] }],
        [`Prefix ${text}`, { f: [{ prefix: { "equals-ignore-case": text } }] }],
        [`Suffix ${text}`, { f: [{ suffix: { "equals-ignore-case": text } }] }],
        [`equals ${text}`, { f: [{ "equals-ignore-case": text }] }],
        [`inner ${text}`, { f: [{ wildcard: `*${text}*` }] }],
      ]),
    );
    const set = compilePatterns(named);
    for (const value of [...texts, "abcd", "xabc", "C-LONG-ONE!", "zzz", "", "bab"]) {
      const lower = value.toLowerCase();
      const expected = texts.flatMap((text) => {
        const folded = text.toLowerCase();
        return [
          value.startsWith(text) && `prefix ${text}`,
          value.endsWith(text) && `suffix ${text}`,
          lower.startsWith(folded) && `Prefix ${text}`,
          lower.endsWith(folded) && `Suffix ${text}`,
          lower === folded && `equals ${text}`,
          value.includes(text) && `inner ${text}`,
        ].filter((name) => name !== false);
      });
      expect([value, set.match({ f: value })]).toEqual([value, expected]);
    }
  });
});
