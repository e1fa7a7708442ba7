import { describe, expect, test } from "@jest/globals";
import { Breaker, retryAfterOutage } from "../../../src/admission/breaker.ts";

describe("the breaker", () => {
  test("opens when nothing was confirmed for three seconds, though nothing has failed yet", () => {
    const breaker = new Breaker();
    breaker.started(0);
    expect([breaker.refuses(2_999), breaker.outageMs(2_999)]).toEqual([false, 0]);
    // One goes through to ask.
    expect([breaker.refuses(3_000), breaker.refuses(3_001), breaker.outageMs(3_001)]).toEqual([false, true, 3_001]);
  });

  test("lets one request a second through, and closes with the first answer", () => {
    const breaker = new Breaker();
    breaker.started(0);
    breaker.settled(false, 5_000);
    const asked = Array.from({ length: 40 }, (_, index) => breaker.refuses(5_000 + index * 100));
    expect(asked.filter((isRefused) => !isRefused)).toHaveLength(4);
    breaker.started(9_000);
    breaker.settled(true, 9_100);
    expect([breaker.refuses(9_101), breaker.outageMs(9_101)]).toEqual([false, 0]);
  });

  test("stays closed while some are confirmed", () => {
    const breaker = new Breaker();
    for (let nowMs = 0; nowMs < 20_000; nowMs += 500) {
      breaker.started(nowMs);
      breaker.started(nowMs);
      breaker.settled(true, nowMs + 100);
      breaker.settled(false, nowMs + 200);
      expect(breaker.refuses(nowMs + 250)).toBe(false);
    }
  });

  test("does not hold a failure of long ago against the stream", () => {
    const breaker = new Breaker();
    breaker.started(0);
    breaker.settled(false, 5_000);
    breaker.started(3_600_000);
    expect(breaker.refuses(3_600_001)).toBe(false);
  });

  test("tells clients to stay away longer the longer it lasts, up to a minute", () => {
    const seconds = [3_000, 10_000, 30_000, 600_000].map((outageMs) => retryAfterOutage(outageMs, () => 0));
    expect(seconds).toEqual([2, 5, 15, 30]);
    expect(retryAfterOutage(600_000, () => 0.999)).toBe(60);
    expect(retryAfterOutage(0, () => 0)).toBe(1);
  });
});
