import { describe, expect, test } from "@jest/globals";
import { environments } from "../../src/environments.ts";
import { drawPlan, profiles } from "../../src/schedule/plan.ts";

describe("a plan", () => {
  test("follows from its seed", () => {
    expect(drawPlan(7, 1000)).toEqual(drawPlan(7, 1000));
    expect(drawPlan(8, 1000)).not.toEqual(drawPlan(7, 1000));
  });

  test("sends at least as many events as asked for", () => {
    for (let seed = 0; seed < 50; seed += 1) expect(drawPlan(seed, 1000).events).toBeGreaterThanOrEqual(1000);
  });

  test("has every profile within a few seeds", () => {
    const seen = new Set(Array.from({ length: 60 }, (_, seed) => drawPlan(seed, 1000).profile));
    expect([...seen].sort()).toEqual([...profiles].sort());
  });

  test("runs the stack of every environment within a few seeds", () => {
    const seen = new Set(Array.from({ length: 60 }, (_, seed) => drawPlan(seed, 1000).environment));
    expect([...seen].sort()).toEqual([...environments].sort());
  });

  test("has no fault of unknown outcome where the profile is partial failures alone", () => {
    const partial = Array.from({ length: 60 }, (_, seed) => drawPlan(seed, 1000)).filter(
      ({ profile }) => profile === "partial-failures",
    );
    for (const { faults, functionFaults, redeliveryRate } of partial) {
      expect(faults.recordThrottle).toBeGreaterThan(0);
      expect([faults.resetAfter, faults.serverErrorAfter, faults.recordInternalFailureStored]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect([redeliveryRate, ...Object.values(functionFaults)].every((rate) => rate === 0)).toBe(true);
    }
  });
});
