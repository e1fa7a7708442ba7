import { describe, expect, test } from "@jest/globals";
import { BoundedCache } from "../../src/bounded-cache.ts";

describe("BoundedCache", () => {
  test("makes a value once while it is remembered", () => {
    const cache = new BoundedCache<{ key: string }>();
    let made = 0;
    const create = (key: string) => ({ key, made: ++made });
    expect(cache.getOrCreate("a", create)).toBe(cache.getOrCreate("a", create));
    expect(made).toBe(1);
  });

  test("never holds more than two generations", () => {
    const cache = new BoundedCache<number>(100);
    for (let index = 0; index < 100_000; index++) cache.getOrCreate(`key-${index}`, () => index);
    expect(cache.size).toBeLessThanOrEqual(200);
  });

  test("keeps what is asked for over generations", () => {
    const cache = new BoundedCache<number>(10);
    let made = 0;
    for (let index = 0; index < 1_000; index++) {
      cache.getOrCreate("popular", () => ++made);
      cache.getOrCreate(`rare-${index}`, () => index);
    }
    expect(made).toBe(1);
  });

  test("does not remember long keys", () => {
    const cache = new BoundedCache<string>();
    cache.getOrCreate("x".repeat(5_000), (key) => key);
    expect(cache.size).toBe(0);
  });
});
