import { expect, test } from "@jest/globals";
import { fuzzService } from "../support/fuzz-service.ts";

// `pnpm fuzz` does the same with 10,000.
test("mutated requests never crash the service and never get a 5xx", async () => {
  const report = await fuzzService({ requests: 1_000, seed: 1 });
  expect(report.faults).toEqual([]);
  // The mutations reach far: some requests are still good, and the bad ones are bad in many ways.
  expect(report.codes["accepted"]).toBeGreaterThan(100);
  expect(Object.keys(report.codes).length).toBeGreaterThan(20);
});
