import { describe, expect, test } from "@jest/globals";
import { ShardRateLimiter } from "../../src/stream/shard-rate-limiter.ts";

const shard = "shardId-000000000000";

/** Offers the shard a load for a while in steps of 50 ms. `take` returns how many of the offered records it accepts. */
function observe(
  limiter: ShardRateLimiter,
  fromMs: number,
  toMs: number,
  perStep: number,
  take: (offered: number) => number,
) {
  for (let now = fromMs; now < toMs; now += 50) {
    const accepted = take(perStep);
    limiter.observe(shard, { accepted, acceptedBytes: accepted * 100, throttled: perStep - accepted }, now);
  }
}

describe("a shard", () => {
  test("has no limit, and costs nothing to watch, until it throttles", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 1000, (offered) => offered);
    expect(limiter.isWatching).toBe(false);
    expect(limiter.tryTake(shard, 1e9, 0)).toBe(true);
    expect(limiter.limits(1000)).toEqual([]);
  });

  test("that throttles is limited to a little less than it was seen to take", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 100, () => 50);
    const [limit] = limiter.limits(1000);
    // 50 records each 50 ms are 1,000 a second.
    expect(limit?.recordsPerSecond).toBeGreaterThan(900);
    expect(limit?.recordsPerSecond).toBeLessThan(1300);
  });

  test("that is flooded is limited before a tenth of a second is over, and near its rate after another", () => {
    const limiter = new ShardRateLimiter();
    // The saved-up tokens are spent in the first moment.
    observe(limiter, 0, 50, 1000, () => 500);
    observe(limiter, 50, 100, 1000, () => 50);
    expect(limiter.isLimiting).toBe(true);
    observe(limiter, 100, 200, 1000, () => 50);
    const [limit] = limiter.limits(200);
    expect(limit?.recordsPerSecond).toBeLessThan(1300);
  });

  test("that throttles a tenth at random, whatever the rate, is not brought to a halt", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 10_000, 1000, (offered) => offered * 0.9);
    expect(limiter.isWatching).toBe(true);
    expect(limiter.isLimiting).toBe(false);
  });

  test("that few attempts make look worse than it is keeps its rate: the same share of many does not", () => {
    const [few, many] = [new ShardRateLimiter(), new ShardRateLimiter()];
    observe(few, 0, 1200, 5, () => 4);
    expect(few.isLimiting).toBe(false);
    observe(many, 0, 1200, 500, () => 400);
    expect(many.isLimiting).toBe(true);
  });

  test("whose limit held nothing back for five seconds is free again, although it still throttles at random", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 100, () => 50);
    expect(limiter.isLimiting).toBe(true);
    observe(limiter, 1000, 5500, 10, () => 9);
    expect(limiter.isLimiting).toBe(true);
    observe(limiter, 5500, 8000, 10, () => 9);
    expect(limiter.isLimiting).toBe(false);
    expect(limiter.isWatching).toBe(true);
  });

  test("whose limit holds records back stays limited", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 100, () => 50);
    for (let now = 1000; now < 20_000; now += 50) {
      while (limiter.tryTake(shard, 100, now));
      limiter.observe(shard, { accepted: 50, acceptedBytes: 5000, throttled: 1 }, now);
    }
    expect(limiter.isLimiting).toBe(true);
  });

  test("recovers on a straight line, and is lowered again when it throttles again", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 450, 100, () => 50);
    const rateAt = (now: number) => limiter.limits(now)[0]?.recordsPerSecond ?? Number.NaN;
    const steps = [rateAt(1000), rateAt(2000), rateAt(3000)];
    expect(steps[1]! - steps[0]!).toBeGreaterThan(0);
    expect(steps[2]! - steps[1]!).toBeCloseTo(steps[1]! - steps[0]!, 6);
    observe(limiter, 3000, 3600, 100, () => 25);
    expect(rateAt(3600)).toBeLessThan(700);
  });

  test("lets no more through than its rate, in records and in bytes", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 100, () => 50);
    const taken = (bytes: number) => {
      let count = 0;
      let now = 100_000;
      for (; now < 101_000; now += 10) while (limiter.tryTake(shard, bytes, now)) count++;
      return count;
    };
    // At 100 s the line has risen; tokens of a quarter of a second were saved up before.
    const { recordsPerSecond, bytesPerSecond } = limiter.limits(100_000)[0]!;
    expect(taken(1)).toBeLessThan(recordsPerSecond * 1.3);
    const large = new ShardRateLimiter();
    observe(large, 0, 1000, 100, () => 50);
    let bytes = 0;
    for (let now = 100_000; now < 101_000; now += 10) while (large.tryTake(shard, 50_000, now)) bytes += 50_000;
    expect(bytes).toBeLessThan(bytesPerSecond * 1.3 + 50_000);
  });

  test("lets a record larger than its whole burst pass, in debt", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 100, () => 1);
    expect(limiter.tryTake(shard, 10_000_000, 60_000)).toBe(true);
    expect(limiter.tryTake(shard, 1, 60_000)).toBe(false);
    const wait = limiter.msUntilToken(shard, 60_000);
    expect(wait).toBeGreaterThan(1000);
    expect(limiter.tryTake(shard, 1, 60_000 + wait)).toBe(true);
  });

  test("is forgotten half a minute after it last throttled", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 100, () => 50);
    observe(limiter, 1000, 32_000, 10, (offered) => offered);
    expect(limiter.isWatching).toBe(false);
    expect(limiter.isLimiting).toBe(false);
  });

  test("that is no longer open is forgotten", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 0, 1000, 100, () => 50);
    limiter.retain(() => false);
    expect(limiter.isLimiting).toBe(false);
  });

  test("says how often in a row it took nothing", () => {
    const limiter = new ShardRateLimiter();
    const answer = (accepted: number, throttled: number) =>
      limiter.observe(shard, { accepted, acceptedBytes: accepted, throttled }, 0);
    expect([answer(0, 5), answer(0, 5), answer(1, 4), answer(0, 5)]).toEqual([1, 2, 0, 1]);
  });

  test("survives a clock that is set back", () => {
    const limiter = new ShardRateLimiter();
    observe(limiter, 100_000, 101_000, 100, () => 50);
    limiter.tryTake(shard, 1, 50_000);
    expect(limiter.msUntilToken(shard, 50_000)).toBeLessThan(1000);
    observe(limiter, 50_000, 52_000, 100, () => 50);
    expect(limiter.limits(52_000)[0]?.recordsPerSecond).toBeGreaterThan(0);
  });
});
