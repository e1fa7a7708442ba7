import { expect, test } from "@jest/globals";
import { loadAt, PEAK_IS_EXPECTED, SECONDS_PER_DAY } from "../../src/day/day-traffic.ts";
import { FluidStream } from "../../src/day/fluid-stream.ts";
import { choose } from "../../src/day/choose.ts";
import { runDay } from "../../src/day/run-day.ts";
import { type ScalingName, scalings } from "../../src/day/scaling.ts";
import { evenMix, smallPlant } from "../support/small-plant.ts";

test("a day has a night at a tenth and an hour at ten times the rate, with a quarter of an hour on both sides", () => {
  expect([0, 21_599, 21_600, 72_000, 75_600].map(loadAt)).toEqual([0.1, 0.1, 1, 10, 10]);
  expect(loadAt(71_550)).toBeCloseTo(5.5);
  expect(loadAt(76_050)).toBeCloseTo(5.5);
  // 6 h at a tenth, 16.5 h at one, an hour at ten, half an hour at 5.5 on average.
  const events = Array.from({ length: SECONDS_PER_DAY }, (_, second) => loadAt(second));
  expect(events.reduce((sum, load) => sum + load, 0)).toBeCloseTo(3_600 * (0.6 + 16.5 + 10 + 0.5 * 5.5), -1);
});

test("a stream gives what it takes in the order of its coming, and keeps the second in which an event came", () => {
  const flow = new FluidStream();
  expect(flow.step([{ since: 0, events: 5 }], 2).taken).toEqual([{ since: 0, events: 2 }]);
  expect(flow).toMatchObject({ isBehind: true, throttledSeconds: 1, delayed: 3 });
  // Three of the first second go before the new one.
  expect(flow.step([{ since: 1, events: 1 }], 4).taken).toEqual([
    { since: 0, events: 3 },
    { since: 1, events: 1 },
  ]);
  expect(flow).toMatchObject({ isBehind: false, throttledSeconds: 1 });
  expect(flow.step([], 4)).toEqual({ taken: [], events: 0 });
});

test("an on-demand stream takes twice its highest rate, and learns of a higher one every quarter of an hour", () => {
  const stream = scalings["on-demand Standard"]({ base: 10, peak: 100 });
  expect(stream.shardsFor(1, 10, false)).toBe(20);
  expect(stream.shardsFor(899, 20, true)).toBe(20);
  expect(stream.shardsFor(900, 20, true)).toBe(40);
  expect(scalings["on-demand Standard"]({ base: 0.1, peak: 1 }).shardsFor(1, 0, false)).toBe(4);
});

test("a scaler doubles two minutes after the alarm's reason and five after its call, and calls ten times a day at most", () => {
  const stream = scalings.following({ base: 8, peak: 80 });
  const at = (second: number, filled: number): number => stream.shardsFor(second, filled, false);
  expect([at(0, 9), at(119, 9), at(120, 9), at(419, 9), at(420, 9)]).toEqual([10, 10, 10, 10, 20]);
  for (let second = 421; second < 20_000; second += 1) at(second, Number.MAX_SAFE_INTEGER);
  expect(stream.updates).toBe(10);
  expect(at(20_001, 1)).toBe(10 * 2 ** 10);
});

test("a scaler halves after a quiet hour, never while something waits", () => {
  const quiet = (isBehind: boolean): number => {
    const stream = scalings.following({ base: 8, peak: 80 });
    let shards = 0;
    for (let second = 0; second < 4_000; second += 1) shards = stream.shardsFor(second, 1, isBehind);
    return shards;
  };
  expect(quiet(false)).toBe(5);
  expect(quiet(true)).toBeGreaterThan(10);
});

test("a scaler that was told of the peak has its shards when it begins", () => {
  const stream = scalings["following, told of the peak"]({ base: 8, peak: 80 });
  for (let second = PEAK_IS_EXPECTED - 1_900; second < PEAK_IS_EXPECTED; second += 1)
    stream.shardsFor(second, 8, false);
  expect(stream.shardsFor(PEAK_IS_EXPECTED, 8, false)).toBe(100);
});

test("the choice is the cheapest of AWS's own ways that keeps the promised age", () => {
  const day = (scaling: ScalingName, dollars: number, p99AgeSeconds: number) => ({
    scaling,
    dollars,
    p99AgeSeconds,
    ...{ events: 1, highestAgeSeconds: 500, delayedPercent: 0, throttledSeconds: 0 },
    ...{ shardHours: undefined, updates: 0, rawByHalfHour: [] },
  });
  const days = [
    day("fixed for the peak", 38, 0),
    day("on-demand Standard", 20, 500),
    day("on-demand Advantage", 30, 29),
    day("following", 10, 0),
  ];
  expect(choose(days)?.scaling).toBe("on-demand Advantage");
  expect(choose(days.slice(1, 2))).toBeUndefined();
});

test("what was bought for the peak throttles nothing, and what follows it late makes events wait", () => {
  const day = (scaling: ScalingName) => runDay(smallPlant, evenMix, 1_000, scaling);
  const [fixed, following] = [day("fixed for the peak"), day("following")];
  expect(fixed).toMatchObject({ p99AgeSeconds: 0, delayedPercent: 0, throttledSeconds: 0, updates: 0 });
  // 13, 13 and 7 shards for ten times 1,000 events, and the one of bad rows.
  expect(fixed.shardHours).toBe((13 + 13 + 7 + 1) * 24);
  const units = (fixed.events * 2.5) / 1e6;
  expect(fixed.dollars).toBeCloseTo(34 * 24 * 0.015 + units * 0.014);
  expect(following.p99AgeSeconds).toBeGreaterThan(60);
  expect(following.shardHours ?? 0).toBeLessThan(fixed.shardHours ?? 0);
});
