import { expect, test } from "@jest/globals";
import { fuzzTargets } from "../support/fuzz-seeds.ts";
import { fuzzService } from "../support/fuzz-service.ts";

// `pnpm fuzz` does the same with 10,000 each.
test("mutated requests never crash the service and never get a 5xx", async () => {
  const report = await fuzzService({ requests: 1_000, seed: 1 });
  expect(report.faults).toEqual([]);
  // The mutations reach far: some requests are still good, and the bad ones are bad in many ways.
  expect(report.codes["accepted"]).toBeGreaterThan(100);
  expect(Object.keys(report.codes).length).toBeGreaterThan(20);
});

test.each(fuzzTargets.filter((target) => target !== "events"))("neither do mutated requests of %s", async (target) => {
  const report = await fuzzService({ target, requests: 150, seed: 1 });
  expect(report.faults).toEqual([]);
  expect(report.storedEvents).toBeGreaterThan(10);
  expect(Object.keys(report.codes).length).toBeGreaterThan(5);
});
