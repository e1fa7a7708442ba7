import { describe, expect, test } from "@jest/globals";
import { SharedBudget } from "../../../src/admission/shared-budget.ts";

function takeAll(budget: SharedBudget, holders: number) {
  const holdings = Array.from({ length: holders }, () => ({ held: 0 }));
  for (let isTaken = true; isTaken; ) {
    isTaken = false;
    for (const holding of holdings) if (budget.tryTake(holding, 1) === undefined) isTaken = true;
  }
  return holdings.map(({ held }) => held);
}

describe("a shared budget", () => {
  test.each([
    [1, 600],
    [2, 360],
    [10, 85],
  ])("leaves room beside %d greedy holders, who get %d each", (holders, each) => {
    const budget = new SharedBudget(900);
    for (const held of takeAll(budget, holders)) expect(Math.abs(held - each)).toBeLessThanOrEqual(1);
    expect(budget.tryTake({ held: 0 }, 20)).toBeUndefined();
  });

  test("says whether the holder or everybody has too much, and takes nothing then", () => {
    const budget = new SharedBudget(100);
    const holding = { held: 0 };
    expect(budget.tryTake(holding, 101)).toBe("full");
    expect(budget.tryTake(holding, 80)).toBe("share");
    expect([holding.held, budget.used]).toEqual([0, 0]);
  });

  test("takes back what was given", () => {
    const budget = new SharedBudget(100);
    const holding = { held: 0 };
    budget.tryTake(holding, 60);
    budget.give(holding, 60);
    expect([holding.held, budget.used, budget.tryTake(holding, 60)]).toEqual([0, 0, undefined]);
  });
});
