import { expect, test } from "@jest/globals";
import { TokenBucket } from "../../../src/admission/token-bucket.ts";

test("a rate may be exceeded by its burst, and debts are paid at the rate", () => {
  const bucket = new TokenBucket(10, 2, 0);
  bucket.take(20, 0);
  expect(bucket.waitMs(0)).toBe(1);
  bucket.take(5, 0);
  expect(bucket.waitMs(0)).toBe(500);
  expect(bucket.waitMs(400)).toBeCloseTo(100);
  expect(bucket.waitMs(600)).toBe(0);
});

test("a pause saves up no more than the burst, and a clock that goes back costs nothing", () => {
  const bucket = new TokenBucket(10, 2, 1_000);
  expect(bucket.waitMs(0)).toBe(0);
  bucket.take(25, 1_000_000);
  expect(bucket.waitMs(1_000_000)).toBe(500);
});
