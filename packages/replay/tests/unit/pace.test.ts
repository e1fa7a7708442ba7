import { expect, test } from "@jest/globals";
import { sleep, VirtualClock } from "@millrace/aws-simulator";
import { Pace } from "../../src/index.ts";
import { shareOfFree } from "../../src/plan/rate.ts";

const createClock = () => {
  const clock = new VirtualClock();
  return { clock, own: { now: () => clock.now(), wait: (ms: number) => sleep(clock, ms) } };
};

test("puts are spaced by events or by bytes, whichever takes longer", async () => {
  const { clock, own } = createClock();
  const pace = new Pace({ events: 100, bytes: 1_000 }, own);
  const begun = clock.now();
  await clock.run(
    (async () => {
      for (const bytes of [10, 2_000, 10, 10]) await pace.take(50, bytes);
    })(),
  );
  // Half a second for the first and the third, two for the second; the last has begun.
  expect(clock.now() - begun).toBe(3_000);
});

test("a throttled stream halves the rate once a second, and calm raises it again", async () => {
  const { clock, own } = createClock();
  const pace = new Pace({ events: 1_000, bytes: 1e9 }, own);
  await clock.run(
    (async () => {
      await clock.sleep(1_000);
      for (let count = 0; count < 10; count += 1) pace.throttled();
      expect(pace.eventsPerSecond).toBe(500);
      for (let count = 0; count < 20; count += 1) {
        await clock.sleep(10_000);
        await pace.take(1, 1);
      }
      expect(pace.eventsPerSecond).toBe(1_000);
    })(),
  );
});

test("the share is of what live traffic leaves", () => {
  const live = { events: 500, bytes: 1_000_000 };
  expect(shareOfFree({ shards: 2, live }, 0.1)).toEqual({ events: 150, bytes: 100_000 });
  // A stream at its limit leaves nothing: the replay creeps.
  expect(shareOfFree({ shards: 1, live: { events: 2_000, bytes: 2e6 } }, 0.1)).toEqual({ events: 1, bytes: 1_000 });
});

test("events go in groups of three tenths of a second", () => {
  const { own } = createClock();
  expect(new Pace({ events: 200, bytes: 1e9 }, own).groupSize).toBe(60);
  expect(new Pace({ events: 1, bytes: 1e9 }, own).groupSize).toBe(1);
  expect(new Pace({ events: 1e6, bytes: 1e9 }, own).groupSize).toBe(250);
});
