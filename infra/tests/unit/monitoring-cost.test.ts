import { expect, test } from "@jest/globals";
import { costOfMonitoring, formatCost, type PricedStack, totalOf } from "../../src/cost/monitoring-cost.ts";
import { planOf } from "../synthesized-plan.ts";

const stack = planOf("prod").json as PricedStack;

test("alarms, metrics, their log lines and dashboards cost about 5 % of the pipeline at 1,000 events a second", () => {
  const cost = costOfMonitoring(stack, 1_000);
  // The plans of tests have routes of their own, fewer shards and more alarms; with those of the repository it is 4.9.
  expect(cost.share).toBeLessThan(5.5);
  expect(totalOf(cost.pipeline)).toBeGreaterThan(1_000);
  expect(formatCost(cost, "prod", 1_000)).toMatch(/Monitoring is \d\.\d\d % of the pipeline\.$/);
});

test("an expression costs as much as the metrics that it reads, and a dashboard more costs more", () => {
  const of = (resource: PricedStack["resource"]) => costOfMonitoring({ resource }, 1).monitoring;
  const alarms = {
    plain: { metric_name: "Errors" },
    math: { metric_query: [{ expression: "a + b" }, { metric: [{}] }, { metric: [{}] }] },
  };
  expect(of({ aws_cloudwatch_metric_alarm: alarms })[0]).toMatchObject({ what: "Alarms (2)", quantity: "3 metrics" });
  expect(of({ aws_cloudwatch_metric_alarm: alarms })[0]?.dollars).toBeCloseTo(0.3);
  expect(of({ aws_cloudwatch_dashboard: { one: {}, two: {} } }).at(-1)?.dollars).toBe(6);
});
