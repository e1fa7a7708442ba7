import { expect, test } from "@jest/globals";
import { judge } from "../soak/verdict.ts";

/** An hour of samples, six a minute. */
const hour = (memoryMb: (minute: number) => number): [number, number][] =>
  Array.from({ length: 361 }, (_, n) => [n / 6, memoryMb(n / 6)]);

test("a saw of long teeth is flat, wherever it ends", () => {
  for (let phase = 0; phase < 14; phase += 1) {
    const verdict = judge(hour((minute) => 400 + 20 * ((minute + phase) % 14)));
    expect(verdict.isFlat).toBe(true);
  }
});

test("a leak below a saw is seen in the lowest and the highest point", () => {
  const { isFlat, first, second } = judge(hour((minute) => 200 + 20 * (minute % 10) + minute));
  expect(isFlat).toBe(false);
  expect([first.low, second.low]).toEqual([200, 230]);
  expect(second.high - first.high).toBeCloseTo(30, 0);
});

test("a peak that grows alone is no flat figure", () => {
  expect(judge(hour((minute) => (minute > 50 && minute < 51 ? 130 : 100))).isFlat).toBe(false);
});

test("room that was given back, and is slowly taken again, is no growth", () => {
  const verdict = judge(hour((minute) => (minute < 10 ? 295 : Math.min(274, 155 + 4 * (minute - 10)))));
  expect(verdict).toMatchObject({ isFlat: true, first: { low: 155, high: 295 }, second: { high: 274 } });
});

test("a few megabytes of a small figure, and some hundredths of a large one, are no growth", () => {
  expect(judge(hour((minute) => 20 + minute / 7)).isFlat).toBe(true);
  expect(judge(hour((minute) => 1_000 + minute)).isFlat).toBe(true);
  expect(judge(hour((minute) => 1_000 + 2 * minute)).isFlat).toBe(false);
});
