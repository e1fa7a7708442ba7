import { expect, test } from "@jest/globals";
import { LogSampler } from "../../src/log-sampler.ts";
import { createManualClock } from "../support/manual-clock.ts";

test("one line of a kind a second, and the next one says how many were left out", () => {
  const clock = createManualClock();
  const sampler = new LogSampler(clock);
  const lines = Array.from({ length: 400 }, () => {
    clock.advance(5);
    return sampler.take("stream-unavailable");
  }).filter((line) => line !== undefined);
  expect(lines).toEqual([{ suppressed: 0 }, { suppressed: 199 }]);
  expect(sampler.take("overloaded")).toEqual({ suppressed: 0 });
});
