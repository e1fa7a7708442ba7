import { expect, test } from "@jest/globals";
import { compare } from "../support/compare.ts";

test("a compiled set finds exactly what the direct interpreter finds, on 200,000 random pairs", () => {
  const { pairs, matches, difference } = compare(200_000, 1);
  expect(difference).toBeUndefined();
  expect(pairs).toBeGreaterThanOrEqual(200_000);
  // Both answers occur often, or the comparison would show little.
  expect(matches / pairs).toBeGreaterThan(0.05);
});
