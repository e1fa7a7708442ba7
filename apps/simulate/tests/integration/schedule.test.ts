import { describe, expect, test } from "@jest/globals";
import { invariants } from "../../src/invariants/invariants.ts";
import { loadResources } from "../../src/resources.ts";
import { runSchedule } from "../../src/schedule/run-schedule.ts";

const resources = loadResources();

describe("a schedule", () => {
  test("takes a thousand events through twenty faults and more without violating anything", async () => {
    const result = await runSchedule({ seed: 1, events: 1000, resources });
    expect(result.violations).toEqual([]);
    expect(result.events).toBeGreaterThanOrEqual(1000);
    expect(result.faults).toBeGreaterThanOrEqual(20);
    expect(result.accepted).toBeGreaterThan(900);
    expect(result.badRows).toBeGreaterThan(0);
    expect(result.routed).toBeGreaterThan(0);
  });

  test("gives the same trace for the same seed, line by line, and another for another seed", async () => {
    const lines: string[][] = [[], []];
    const hashes: string[] = [];
    for (const kept of lines) {
      const { traceHash, traceLines } = await runSchedule({
        seed: 12,
        events: 200,
        resources,
        onTraceLine: (line) => kept.push(line),
      });
      hashes.push(traceHash);
      expect(kept).toHaveLength(traceLines);
    }
    expect(lines[1]).toEqual(lines[0]);
    expect(hashes[1]).toBe(hashes[0]);
    expect((await runSchedule({ seed: 13, events: 200, resources })).traceHash).not.toBe(hashes[0]);
  });

  test("is checked against invariants with names of their own", () => {
    expect(new Set(invariants.map(({ name }) => name)).size).toBe(invariants.length);
  });
});
