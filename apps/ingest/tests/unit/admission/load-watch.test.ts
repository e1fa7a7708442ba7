import { describe, expect, test } from "@jest/globals";
import type { Clock } from "@millrace/put-records";
import { LoadWatch } from "../../../src/admission/load-watch.ts";
import { LOAD_SAMPLE_MS } from "../../../src/limits.ts";

/** A clock whose only timer goes off when the test says, however late. */
function createWatch() {
  let nowMs = 0;
  let processorUs = 0;
  let heapShare = 0.1;
  let timer: (() => void) | undefined;
  const clock: Clock = {
    now: () => nowMs,
    setTimeout: (callback) => {
      timer = callback;
      return undefined;
    },
    clearTimeout: () => {
      timer = undefined;
    },
  };
  const watch = new LoadWatch(clock, { processorUs: () => processorUs, heapShare: () => heapShare });
  const sample = (lateMs: number, processorShare: number, heap = 0.1) => {
    const elapsedMs = LOAD_SAMPLE_MS + lateMs;
    nowMs += elapsedMs;
    processorUs += elapsedMs * 1_000 * processorShare;
    heapShare = heap;
    timer?.();
    return watch.isExhausted;
  };
  return { watch, sample, isWatching: () => timer !== undefined };
}

describe("the load watch", () => {
  test.each([
    ["on time", 5, 1, false],
    ["late by its own work", 300, 0.95, false],
    ["late because others have the processor", 5_000, 0.2, false],
    ["far too late by its own work", 2_500, 0.95, true],
  ])("a loop that is %s", (_, lateMs, processorShare, expected) => {
    expect(createWatch().sample(lateMs, processorShare)).toEqual(expected);
  });

  test("a heap that is nearly full takes nobody, until it is collected", () => {
    const { sample } = createWatch();
    expect([sample(0, 0.1, 0.95), sample(0, 0.1, 0.4)]).toEqual([true, false]);
  });

  test("stops", () => {
    const { watch, isWatching } = createWatch();
    watch.stop();
    expect(isWatching()).toBe(false);
  });
});
