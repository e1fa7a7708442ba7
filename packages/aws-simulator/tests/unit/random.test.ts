import { describe, expect, test } from "@jest/globals";
import { createRandom, randomChoice, randomInteger } from "../../src/index.ts";

describe("createRandom", () => {
  test("gives the same numbers for the same seed and others for another", () => {
    const draw = (seed: number | string) => Array.from({ length: 5 }, createRandom(seed));
    expect(draw(7)).toEqual(draw("7"));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw("7/throttle")).not.toEqual(draw("7/latency"));
  });

  test("is pinned: a changed generator would change every recorded schedule", () => {
    expect(Array.from({ length: 3 }, createRandom(1)).map((number) => number.toFixed(6))).toMatchInlineSnapshot(`
      [
        "0.833910",
        "0.643377",
        "0.992849",
      ]
    `);
  });

  test("spreads evenly over [0, 1)", () => {
    const random = createRandom("even");
    const counts = new Array<number>(10).fill(0);
    for (let index = 0; index < 100_000; index += 1) counts[Math.floor(random() * 10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test("draws whole numbers with both ends included, and one of some choices", () => {
    const random = createRandom("ends");
    const seen = new Set(Array.from({ length: 200 }, () => randomInteger(random, 3, 5)));
    expect([...seen].sort()).toEqual([3, 4, 5]);
    expect(new Set(Array.from({ length: 200 }, () => randomChoice(random, ["a", "b"])))).toEqual(new Set(["a", "b"]));
  });
});
