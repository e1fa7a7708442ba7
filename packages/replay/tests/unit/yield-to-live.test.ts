import { expect, test } from "@jest/globals";
import { sleep, VirtualClock } from "@millrace/aws-simulator";
import { Pace } from "../../src/index.ts";
import type { LiveWatch } from "../../src/run/live-watch.ts";
import { yieldToLive } from "../../src/run/yield-to-live.ts";

type AgeOf = (rate: number, nowMs: number) => number | undefined | "unseen";

/** Runs a replay beside live traffic whose ages follow from the replay's rate, and gives its rates second by second. */
async function ratesBeside(ageOf: AgeOf, seconds: number, answerOf: AgeOf = () => 10) {
  const clock = new VirtualClock();
  const own = { now: () => clock.now(), wait: (ms: number) => sleep(clock, ms) };
  const pace = new Pace({ events: 1_000, bytes: 1e9 }, own);
  const ended = new AbortController();
  const startMs = clock.now();
  let [put, putBefore, isOver] = [0, 0, false];
  let rate = 0;
  const rates: number[] = [];
  const watchOf = (of: AgeOf, toleratedAge: number): LiveWatch => ({
    toleratedAge,
    begin: async () => ({
      ages: async () => {
        const age = of(rate, clock.now() - startMs);
        if (age === "unseen") return undefined;
        return age === undefined ? [] : Array.from({ length: 300 }, () => age);
      },
    }),
  });
  const watches = [watchOf(ageOf, 1.05), watchOf(answerOf, 1.15)] as const;
  await clock.run(
    Promise.all([
      yieldToLive({ pace, watches, clock: own, signal: ended.signal }),
      (async () => {
        while (!isOver) {
          const { groupSize } = pace;
          await pace.take(groupSize, 1);
          put += groupSize;
        }
      })(),
      (async () => {
        for (let second = 0; second < seconds; second += 1) {
          await clock.sleep(1_000);
          rate = put - putBefore;
          putBefore = put;
          rates.push(rate);
        }
        isOver = true;
        ended.abort();
      })(),
    ]),
  );
  return rates;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

test("a replay that makes no live event late comes to its whole rate", async () => {
  const rates = await ratesBeside(() => 100, 90);
  expect(mean(rates.slice(0, 10))).toBe(0);
  expect(mean(rates.slice(-10))).toBeCloseTo(1_000, -1);
});

test("a replay stays at the rate at which live events are hardly later than without it", async () => {
  // Beyond 150 replayed events a second live ones are more than a twentieth older.
  const rates = await ratesBeside((rate) => 100 + rate / 30, 120);
  const settled = mean(rates.slice(60));
  expect(settled).toBeGreaterThan(60);
  expect(settled).toBeLessThan(190);
});

test("a replay goes on at its least rate beside live traffic that cannot bear it", async () => {
  const rates = await ratesBeside((rate) => (rate === 0 ? 100 : 10_000), 120);
  expect(mean(rates.slice(60))).toBeGreaterThan(10);
  expect(mean(rates.slice(60))).toBeLessThan(30);
});

test("live events that are late without the replay too do not slow it down", async () => {
  const rates = await ratesBeside((_, nowMs) => (nowMs < 60_000 ? 100 : 200), 300);
  expect(mean(rates.slice(150, 300))).toBeGreaterThan(850);
});

test("usual ages are learned anew, so that a replay slows down when live traffic bears less", async () => {
  const rates = await ratesBeside((rate, nowMs) => (nowMs < 60_000 ? 150 : 100 + (rate > 300 ? 30 : 0)), 600);
  expect(mean(rates.slice(60, 120))).toBeGreaterThan(850);
  expect(Math.max(...rates.slice(-200))).toBeLessThan(500);
});

test("a replay that cannot see live traffic stays at the rate it began with", async () => {
  const rates = await ratesBeside(() => "unseen", 240);
  expect(mean(rates.slice(60))).toBeCloseTo(100, -2);
  expect(Math.max(...rates)).toBeLessThan(200);
});

test("a replay without live traffic beside it comes to its whole rate", async () => {
  const rates = await ratesBeside(() => undefined, 240);
  expect(mean(rates.slice(-10))).toBeCloseTo(1_000, -1);
});

test("a replay rests for live traffic that begins beside it, and yields to it", async () => {
  const rates = await ratesBeside((rate, nowMs) => (nowMs < 240_000 ? undefined : 100 + rate), 400);
  expect(mean(rates.slice(-60))).toBeLessThan(100);
});

test("a replay yields to answers of ingest too", async () => {
  // Beyond 150 replayed events a second they take more than 15 % longer.
  const rates = await ratesBeside(
    () => 100,
    160,
    (rate) => 10 + rate / 100,
  );
  const settled = mean(rates.slice(80));
  expect(settled).toBeGreaterThan(50);
  expect(settled).toBeLessThan(190);
});

test("a replay that cannot see answers of ingest yields to the age of events", async () => {
  const rates = await ratesBeside(
    (rate) => 100 + rate / 30,
    120,
    () => "unseen",
  );
  expect(mean(rates.slice(60))).toBeLessThan(190);
  expect(mean(rates.slice(60))).toBeGreaterThan(60);
});

test("ages below zero, where the clock of the stream is behind, do not slow a replay down", async () => {
  const rates = await ratesBeside(
    () => -40,
    90,
    () => -4,
  );
  expect(mean(rates.slice(-10))).toBeCloseTo(1_000, -1);
});
