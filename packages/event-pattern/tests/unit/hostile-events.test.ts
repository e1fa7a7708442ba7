import { describe, expect, test } from "@jest/globals";
import { compilePattern, compilePatterns, EventTooComplexError, InvalidEventError } from "../../src/index.ts";

const repeat = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));

function nest(depth: number, inner: unknown): unknown {
  let value = inner;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

describe("events that are no events", () => {
  const set = compilePatterns({ p: { a: ["x"] } });

  test.each([[null], [[]], ["text"], [1], [undefined]])("%j is refused", (event) => {
    expect(() => set.match(event as never)).toThrow(InvalidEventError);
    expect(() => compilePattern({ a: ["x"] })(event as never)).toThrow(InvalidEventError);
  });

  test.each([["{"], [""], ["[1]"], ['{"a": 01}'], ["{'a': 1}"], ['{"a": "\u0001"}'], ['{"a": 1} x']])(
    "the text %j is refused",
    (text) => {
      expect(() => set.matchText(text)).toThrow(InvalidEventError);
    },
  );

  test("a set goes on after an event it refused", () => {
    expect(() => set.matchText("{")).toThrow(InvalidEventError);
    expect(set.match({ a: "x" })).toEqual(["p"]);
  });

  test("values that JSON does not have are not there", () => {
    const pattern = compilePattern({ a: [{ exists: true }] });
    expect([undefined, () => 1, Symbol("s"), 1n].map((a) => pattern({ a }))).toEqual([false, false, false, false]);
  });
});

describe("events made to be slow", () => {
  test("1,000 nested arrays are read, 1,001 are refused", () => {
    const pattern = compilePattern({ a: ["x"] });
    expect(pattern({ a: nest(1_000, "x") })).toBe(true);
    expect(() => pattern({ a: nest(1_001, "x") })).toThrow(InvalidEventError);
  });

  test("100,000 elements of which no one has all fields are looked at once each, not in pairs", () => {
    const pattern = compilePattern({ a: { x: [1], y: [1], z: [1] } });
    const a = repeat(
      100_000,
      (index) =>
        [
          { x: 1, y: 1 },
          { x: 1, z: 1 },
          { y: 1, z: 1 },
        ][index % 3],
    );
    const started = performance.now();
    expect(pattern({ a })).toBe(false);
    // Pairs would be ten thousand million.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("sibling arrays do not multiply", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const pattern = compilePattern({
      ...Object.fromEntries(names.map((name) => [name, { x: [1] }])),
      f: { x: [1], y: [{ exists: true }] },
    });
    const event = Object.fromEntries(names.map((name) => [name, repeat(500, () => ({ x: 1 }))]));
    expect(pattern(event)).toBe(false);
    expect(pattern({ ...event, f: [...event["f"]!, { x: 1, y: null }] })).toBe(true);
  });

  test("an event that spells one path in many ways, so that choices do multiply, is given up with an error", () => {
    // Every split of a.b.c.d.e into keys is another array, and every field may be in any of them.
    const splits = (segments: string[]): string[][] =>
      segments.length === 1
        ? [segments]
        : splits(segments.slice(1)).flatMap(([first = "", ...rest]) => [
            [segments[0] ?? "", first, ...rest],
            [`${segments[0] ?? ""}.${first}`, ...rest],
          ]);
    const event: Record<string, unknown> = {};
    const fields = ["k1", "k2", "k3", "k4", "k5", "k6"];
    for (const keys of splits(["a", "b", "c", "d", "e"])) {
      let place: Record<string, unknown> = event;
      for (const key of keys.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
      place[keys.at(-1) ?? ""] = fields.map((field) => ({ [field]: 1 }));
    }
    const pattern = compilePattern({
      a: {
        b: {
          c: {
            d: {
              e: {
                ...Object.fromEntries(fields.map((field) => [field, [1]])),
                z: ["never"],
                "k1.x": [{ exists: false }],
              },
            },
          },
        },
      },
    });
    expect(() => pattern(event)).toThrow(EventTooComplexError);
  });

  test("a wildcard of many stars over a long run of one letter takes no time", () => {
    const pattern = compilePattern({ f: [{ wildcard: `${"a*".repeat(60)}b` }] });
    const started = performance.now();
    expect(pattern({ f: "a".repeat(1_000_000) })).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
