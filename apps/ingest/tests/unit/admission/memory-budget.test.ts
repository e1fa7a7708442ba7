import { describe, expect, test } from "@jest/globals";
import { planMemory, readHeapLimit, readMemoryLimit } from "../../../src/admission/memory-budget.ts";

const mebibyte = 1_048_576;

describe("the plan of a container's memory", () => {
  test.each([
    [64, 32],
    [512, 256],
    [768, 384],
    [1_024, 512],
    [65_536, 4_096],
  ])("%d MiB with a heap of %d MiB holds process, connections and requests", (memoryMib, heapMib) => {
    const { budgetBytes, maxConnections } = planMemory(memoryMib * mebibyte, heapMib * mebibyte);
    expect(budgetBytes).toBeLessThanOrEqual(Math.max(8, heapMib / 2) * mebibyte);
    expect(budgetBytes).toBeLessThanOrEqual(Math.max(8, memoryMib / 2) * mebibyte);
    expect(budgetBytes).toBeGreaterThanOrEqual(8 * mebibyte);
    expect(maxConnections).toBeGreaterThanOrEqual(1_024);
  });

  test("the smallest environment keeps ten thousand idle connections", () => {
    expect(planMemory(512 * mebibyte, 256 * mebibyte).maxConnections).toBeGreaterThan(10_000);
  });

  test("this process has a limit of memory and of its heap", () => {
    expect(readMemoryLimit()).toBeGreaterThan(64 * mebibyte);
    expect(readHeapLimit()).toBeGreaterThan(16 * mebibyte);
  });
});
