import { describe, expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import fc from "fast-check";
import { DelayQueue } from "../../src/time/delay-queue.ts";

async function fire(delays: readonly number[], coalesceMs: number) {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const fired: { at: number; values: number[] }[] = [];
  const queue = new DelayQueue<number>(clock, coalesceMs, (values) =>
    fired.push({ at: clock.now() - startedAt, values }),
  );
  for (const delay of delays) queue.push(delay, delay);
  await clock.runUntilIdle();
  return fired;
}

describe("the delay queue", () => {
  test("gives everything back at its time, the earliest first", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1000), { maxLength: 60 }), async (delays) => {
        const fired = await fire(delays, 0);
        expect(fired.flatMap(({ values }) => values)).toEqual([...delays].sort((a, b) => a - b));
        expect(fired.every(({ at, values }) => values.every((value) => value === at))).toBe(true);
      }),
    );
  });

  test("gives what is due a little later along with what is due now, never late", async () => {
    expect(await fire([40, 1, 8, 11, 12], 10)).toEqual([
      { at: 1, values: [1, 8, 11] },
      { at: 12, values: [12] },
      { at: 40, values: [40] },
    ]);
  });
});
