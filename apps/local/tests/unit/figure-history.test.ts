import { afterEach, expect, jest, test } from "@jest/globals";
import type { HopFigures } from "@millrace/pipeline-source";
import { ChangeLog } from "../../src/status/change-log.ts";
import { FigureRecorder } from "../../src/status/figure-history.ts";

const hop = (name: string, out: number, invalid?: number): HopFigures => ({
  name,
  kind: "function",
  unit: "records",
  in: out,
  out,
  backlog: 0,
  counts: invalid === undefined ? {} : { invalid },
  exists: true,
});

afterEach(() => void jest.useRealTimers());

test("figures are columns: what never happened is left out, and a hop that came later has noughts before", () => {
  let hops: readonly HopFigures[] = [hop("a", 1)];
  const recorder = new FigureRecorder(() => hops);
  recorder.sample(1_000);
  hops = [hop("a", 3, 2), hop("b", 5)];
  recorder.sample(11_000);
  expect(recorder.history()).toEqual({
    stepMs: 10_000,
    times: [1_000, 11_000],
    hops: { a: { in: [1, 3], out: [1, 3], invalid: [0, 2] }, b: { in: [0, 5], out: [0, 5] } },
  });
  recorder.stop();
});

test("a sample is taken every ten seconds, and an hour of them is kept", () => {
  jest.useFakeTimers();
  const recorder = new FigureRecorder(() => [hop("a", 1)]);
  jest.advanceTimersByTime(2 * 3_600_000);
  expect(recorder.history().times).toHaveLength(360);
  recorder.stop();
  jest.advanceTimersByTime(60_000);
  expect(recorder.history().times).toHaveLength(360);
});

test("of the changes the last five hundred are kept, numbered from the first of the run", () => {
  const log = new ChangeLog();
  for (let index = 0; index < 600; index += 1) log.add("notice", `change ${index}`, index);
  expect(log.all()).toHaveLength(500);
  expect(log.all()[0]).toEqual({ number: 101, atMs: 100, kind: "notice", text: "change 100" });
});
