import { describe, expect, test } from "@jest/globals";
import { isClean, renderReport, summarize } from "../../src/report.ts";
import type { ScheduleResult } from "../../src/schedule/run-schedule.ts";

const result = (seed: number, violations: ScheduleResult["violations"] = []): ScheduleResult => ({
  seed,
  profile: "everything",
  events: 1000 + seed,
  accepted: 1000,
  enriched: 1100,
  badRows: 20,
  routed: 500,
  redriven: 0,
  givenUp: 0,
  faults: 100 * seed,
  virtualMs: 90_000,
  traceLines: 2000,
  traceHash: "a",
  violations,
});
const run = { firstSeed: 1, processes: 2, durationMs: 30_000 };

describe("the report", () => {
  test("sums up schedules in order of their seeds, whatever order they came in", () => {
    const report = summarize([result(3), result(1), result(2)], [], run);
    expect(report).toMatchObject({
      schedules: 3,
      schedulesPerMinute: 6,
      events: { min: 1001, median: 1002, max: 1003 },
      faults: { min: 100, median: 200, max: 300 },
      totals: { accepted: 3000 },
      profiles: { everything: 3 },
    });
    expect(isClean(report)).toBe(true);
    expect(renderReport(report)).toContain("3 schedules from seed 1, 0 violations, 0 crashes");
  });

  test("names seed, invariant and detail of what was violated, and how to see it again", () => {
    const report = summarize([result(5, [{ invariant: "order-per-key", detail: "a overtook b" }])], [], run);
    expect(isClean(report)).toBe(false);
    expect(renderReport(report)).toMatch(
      /seed 5 {2}order-per-key: a overtook b\n {2}Replay one: pnpm simulate --seed N --trace/,
    );
  });

  test("is not clean when the simulation itself failed", () => {
    expect(isClean(summarize([], [{ seed: 1, message: "boom" }], run))).toBe(false);
  });
});
