import { describe, expect, test } from "@jest/globals";
import { compilePattern, type EventPattern, explainPattern } from "../../src/index.ts";
import { createRandom, randomEvent, randomPattern } from "../support/random-pairs.ts";

describe("an explanation", () => {
  test("names the field that failed, its place in the pattern and the value seen", () => {
    const { matches, fields } = explainPattern({ a: { x: [1], y: ["z"] } }, { a: { x: 1, y: "w" } });
    expect(matches).toBe(false);
    expect(fields).toMatchObject([
      { path: "a.x", pointer: "/a/x", holds: true, seen: [1] },
      { path: "a.y", pointer: "/a/y", holds: false, seen: ["w"] },
    ]);
  });

  test("of an absent field shows that nothing was seen", () => {
    expect(explainPattern({ a: [1] }, { b: 1 }).fields).toMatchObject([{ holds: false, seen: [] }]);
  });

  test("is about the combination of $or that came furthest", () => {
    const pattern: EventPattern = {
      $or: [
        { a: [1], b: [2] },
        { c: [3], d: [4] },
      ],
    };
    expect(explainPattern(pattern, { c: 3, d: 5 }).fields.map(({ path }) => path)).toEqual(["c", "d"]);
    expect(explainPattern(pattern, { a: 1, b: 2, c: 3 })).toMatchObject({
      matches: true,
      fields: [{ path: "a" }, { path: "b" }],
    });
  });

  test("tells fields that hold in different elements of an array", () => {
    const { matches, isInconsistent } = explainPattern({ a: { x: [1], y: [2] } }, { a: [{ x: 1 }, { y: 2 }] });
    expect([matches, isInconsistent]).toEqual([false, true]);
  });

  test("says the same as the compiled pattern, on 1,000 random pairs", () => {
    const random = createRandom(77);
    for (let pair = 0; pair < 1_000; pair += 1) {
      const pattern = randomPattern(random) as EventPattern;
      const event = randomEvent(random);
      const { matches, isInconsistent, fields } = explainPattern(pattern, event);
      expect(matches).toBe(compilePattern(pattern)(event));
      if (!matches) expect(isInconsistent || fields.some(({ holds }) => !holds)).toBe(true);
    }
  });
});
