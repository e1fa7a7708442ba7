import { billOf, readStack, sampleMix, type StackJson } from "@millrace/capacity";
import { expect, test } from "@jest/globals";
import { planOf } from "../synthesized-plan.ts";

test("alarms, metrics, their log lines and dashboards cost about 5 % of the pipeline at 1,000 events a second", () => {
  // The plans of tests have routes of their own, fewer shards and more alarms than those of the repository.
  const { lines, dollarsPerMonth } = billOf(readStack(planOf("prod").json as StackJson, "prod"), sampleMix, 1_000);
  const monitoring = lines.find(({ part }) => part === "Monitoring")?.dollars ?? Number.NaN;
  expect(monitoring / (dollarsPerMonth - monitoring)).toBeLessThan(0.06);
  expect(monitoring).toBeGreaterThan(50);
});

test.each(["local", "dev", "staging", "prod"])("the stack of %s says all that a capacity plan needs", (environment) => {
  const plant = readStack(planOf(environment).json as StackJson, environment);
  for (const { purpose, share, retentionHours, readers } of plant.streams) {
    expect(Math.min(retentionHours, readers)).toBeGreaterThan(0);
    if (purpose === "destination") expect(share).toBeGreaterThan(0);
  }
  for (const { name, share } of plant.messageDestinations) expect([name, share > 0]).toEqual([name, true]);
  expect(Object.values(plant.service).every((value) => value > 0)).toBe(true);
  expect(plant.warehouse.edition).toBe(["local", "dev"].includes(environment) ? "standard" : "enterprise");
});
