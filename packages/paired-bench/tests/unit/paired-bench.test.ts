import { describe, expect, test } from "@jest/globals";
import { compareCpu, median, parseQuickForm } from "../../src/index.ts";

describe("a comparison", () => {
  /** Work that moves a clock by hand, which is what is compared. */
  function clock() {
    let micros = 0;
    return { cpuMicros: () => micros, spend: (more: number) => (micros += more) };
  }

  test("is of laps of one round, so that what slows a whole round changes no ratio", async () => {
    const { cpuMicros, spend } = clock();
    let laps = 0;
    const slowness = () => (Math.floor((laps++ - 2) / 2) % 2 === 0 ? 1 : 10);
    const { ratios, micros } = await compareCpu(
      { floor: () => spend(100 * slowness()), ours: async () => spend(150 * slowness()) },
      { reference: "floor", warmUps: 1, rounds: 5, cpuMicros },
    );
    expect(ratios).toEqual({ floor: 1, ours: 1.5 });
    expect(micros).toEqual({ floor: 100, ours: 150 });
  });

  test("leaves warm-ups out, and begins each round with another contestant", async () => {
    const { cpuMicros, spend } = clock();
    const order: string[] = [];
    const lap = (name: string) => () => {
      order.push(name);
      spend(order.length <= 2 ? 1_000 : 10);
    };
    const { micros } = await compareCpu(
      { a: lap("a"), b: lap("b") },
      { reference: "a", warmUps: 1, rounds: 3, cpuMicros },
    );
    expect(order.join("")).toBe("abab" + "ba" + "ab");
    expect(micros).toEqual({ a: 10, b: 10 });
  });
});

test("the median of an even count is between the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});

describe("a quick form", () => {
  test("is the last line of the output", () => {
    const form = { ratios: { "ours, to floor": 1.2 }, leavesOut: "the network" };
    expect(parseQuickForm(`some table\n${JSON.stringify(form)}\n`)).toEqual(form);
  });

  test.each([
    ["a table", "is its JSON"],
    ['{"ratios":{},"leavesOut":"x"}', "has ratios"],
    ['{"ratios":{"a":1}}', "says what it leaves out"],
    ['{"ratios":{"a":null},"leavesOut":"x"}', "no number above 0"],
  ])("%s is none", (output, message) => {
    expect(() => parseQuickForm(output)).toThrow(message);
  });
});
