import { describe, expect, test } from "@jest/globals";
import { createRandom, skewClock, VirtualClock } from "../../src/index.ts";

describe("VirtualClock", () => {
  test("fires timers in order of time, and in order of creation at the same time", async () => {
    const clock = new VirtualClock({ startMs: 0 });
    const fired: string[] = [];
    clock.setTimeout(() => fired.push(`late ${clock.now()}`), 20);
    clock.setTimeout(() => fired.push(`first ${clock.now()}`), 10);
    clock.setTimeout(() => fired.push(`second ${clock.now()}`), 10);
    expect(await clock.runUntilIdle()).toBe(true);
    expect(fired).toEqual(["first 10", "second 10", "late 20"]);
  });

  test("lets promises settle between two timers of the same millisecond", async () => {
    const clock = new VirtualClock();
    const history: string[] = [];
    clock.setTimeout(() => {
      void (async () => {
        for (let hop = 0; hop < 5; hop += 1) await Promise.resolve();
        history.push("continuation of the first");
      })();
    }, 1);
    clock.setTimeout(() => history.push("second"), 1);
    await clock.runUntilIdle();
    expect(history).toEqual(["continuation of the first", "second"]);
  });

  test("draws the order of simultaneous timers from a seed, and the same order from the same seed", async () => {
    async function orderWith(seed: number): Promise<string> {
      const clock = new VirtualClock({ random: createRandom(seed) });
      let order = "";
      for (const name of "abcdefgh") {
        clock.setTimeout(() => {
          order += name;
        }, 5);
      }
      await clock.runUntilIdle();
      return order;
    }
    const orders = await Promise.all([1, 2, 3, 4].map(orderWith));
    expect(await Promise.all([1, 2, 3, 4].map(orderWith))).toEqual(orders);
    expect(new Set(orders).size).toBeGreaterThan(1);
    for (const order of orders) expect(order.split("").sort().join("")).toBe("abcdefgh");
  });

  test("leaves the clock exactly where runFor was told to, whether or not a timer was due", async () => {
    const clock = new VirtualClock({ startMs: 1000 });
    let fired = 0;
    clock.setTimeout(() => (fired += 1), 100);
    await clock.runFor(99);
    expect([clock.now(), fired]).toEqual([1099, 0]);
    await clock.runFor(1);
    expect([clock.now(), fired]).toEqual([1100, 1]);
  });

  test("does not fire a cancelled timer, and ignores a handle that fired or is none", async () => {
    const clock = new VirtualClock();
    let fired = 0;
    const cancelled = clock.setTimeout(() => (fired += 1), 5);
    const kept = clock.setTimeout(() => (fired += 10), 5);
    clock.clearTimeout(cancelled);
    clock.clearTimeout(cancelled);
    expect(clock.pendingTimers).toBe(1);
    await clock.runUntilIdle();
    clock.clearTimeout(kept);
    clock.clearTimeout(undefined);
    expect([fired, clock.pendingTimers]).toEqual([10, 0]);
  });

  test("stops at the first moment a condition holds", async () => {
    const clock = new VirtualClock({ startMs: 0 });
    let ticks = 0;
    const tick = () => {
      ticks += 1;
      clock.setTimeout(tick, 1000);
    };
    clock.setTimeout(tick, 1000);
    expect(await clock.runUntil(() => ticks === 3)).toBe(true);
    expect(clock.now()).toBe(3000);
    expect(await clock.runUntil(() => false, { limitMs: 5000 })).toBe(false);
    expect(ticks).toBe(8);
  });

  test("runs a promise to its end and says so when nothing can bring it there", async () => {
    const clock = new VirtualClock();
    await expect(clock.run(clock.sleep(3_600_000).then(() => "done"))).resolves.toBe("done");
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow("still pending");
    await expect(clock.run(Promise.reject(new Error("its own")))).rejects.toThrow("its own");
  });

  test("hands on what a timer throws", async () => {
    const clock = new VirtualClock();
    const fail = () => {
      throw new Error("from a timer");
    };
    clock.setTimeout(fail, 1);
    await expect(clock.runUntilIdle()).rejects.toThrow("from a timer");
    const seen: unknown[] = [];
    const tolerant = new VirtualClock({ onError: (error) => seen.push(error) });
    tolerant.setTimeout(fail, 1);
    await tolerant.runUntilIdle();
    expect(seen).toHaveLength(1);
  });

  test("refuses to run twice at once, which would fire timers out of order", async () => {
    const clock = new VirtualClock();
    const running = clock.runFor(10);
    await expect(clock.runFor(10)).rejects.toThrow("already running");
    await running;
  });

  test("never goes back, not even for a negative or fractional delay", async () => {
    const clock = new VirtualClock({ startMs: 0 });
    const times: number[] = [];
    for (const delay of [-5, Number.NaN, 0.2, 3]) clock.setTimeout(() => times.push(clock.now()), delay);
    await clock.runUntilIdle();
    expect(times).toEqual([0, 0, 1, 3]);
  });

  test("fires ten thousand timers of random delays in order", async () => {
    const clock = new VirtualClock({ startMs: 0 });
    const random = createRandom("delays");
    const times: number[] = [];
    for (let index = 0; index < 10_000; index += 1) {
      clock.setTimeout(() => times.push(clock.now()), Math.floor(random() * 1000));
    }
    await clock.runUntilIdle();
    expect(times).toHaveLength(10_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe("skewClock", () => {
  test("shows another time and keeps the timers", async () => {
    const clock = new VirtualClock({ startMs: 1000 });
    const fast = skewClock(clock, 500);
    const drifting = skewClock(clock, (now) => now / 10);
    let firedAt = 0;
    const handle = fast.setTimeout(() => (firedAt = -1), 50);
    fast.setTimeout(() => (firedAt = fast.now()), 100);
    fast.clearTimeout(handle);
    expect([fast.now(), drifting.now()]).toEqual([1500, 1100]);
    await clock.runUntilIdle();
    expect([firedAt, drifting.now()]).toEqual([1600, 1210]);
  });
});
