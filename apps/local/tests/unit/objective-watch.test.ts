import { expect, test } from "@jest/globals";
import { MetricStore } from "@millrace/aws-simulator";
import type { Objectives } from "@millrace/topology";
import { ObjectiveWatch } from "../../src/status/objective-watch.ts";

const periodMs = 300_000;
const age = { namespace: "Millrace", metricName: "eventAgeMs", dimensions: { service: "router" } };
const objectives: Objectives = {
  goal: 99,
  windowDays: 28,
  all: [
    {
      id: "delivered_in_time",
      title: "99 % within 30 s",
      unit: "ms, p99",
      alarms: ["m-fast", "m-slow"],
      runbook: "event-age",
      indicator: {
        alarmName: "delivered_in_time",
        description: "",
        metrics: { value: { ...age, statistic: "p99" } },
        expression: "value",
        periodSeconds: periodMs / 1_000,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        threshold: 30_000,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
      },
    },
  ],
};
const figuresOf = (watch: ObjectiveWatch) => watch.figures((alarm) => alarm === "m-fast")?.objectives[0];

test("bad periods use the budget up; whole periods count, and those without traffic are good", () => {
  const store = new MetricStore();
  const watch = new ObjectiveWatch(objectives, store, periodMs + 1);
  expect(figuresOf(watch)).toMatchObject({ periods: 0, isBad: undefined, burn: { hour: 0, sixHours: 0 } });
  // The period in which it began is not whole.
  store.put(age, 60_000, 1.5 * periodMs);
  watch.look(2 * periodMs);
  expect(figuresOf(watch)?.periods).toBe(0);
  store.put(age, 60_000, 2.5 * periodMs);
  watch.look(3 * periodMs);
  store.put(age, 5, 3.5 * periodMs);
  watch.look(5 * periodMs);
  const figures = figuresOf(watch);
  expect(figures).toMatchObject({ periods: 3, badPeriods: 1, isBad: false, firing: ["m-fast"] });
  // 28 days have 8,064 periods; one bad one of twelve is 8.3 times what may be.
  expect(figures?.budget).toBeCloseTo(80.64);
  expect(figures?.burn.hour).toBeCloseTo(1 / 12 / 0.01);
  expect(figures?.burn.sixHours).toBeCloseTo(1 / 72 / 0.01);
});

test("a definition that is taken over keeps the counts of the promises that it has too", () => {
  const store = new MetricStore();
  const watch = new ObjectiveWatch(objectives, store, 0);
  store.put(age, 60_000, 1);
  watch.look(periodMs);
  watch.follow({ ...objectives, all: [...objectives.all, { ...objectives.all[0]!, id: "another" }] });
  expect(watch.figures(() => false)?.objectives.map(({ id, periods }) => [id, periods])).toEqual([
    ["delivered_in_time", 1],
    ["another", 0],
  ]);
  watch.follow(undefined);
  expect(watch.figures(() => false)).toBeUndefined();
});
