import { describe, expect, test } from "@jest/globals";
import { compileSourcePatterns } from "../../src/source-patterns.ts";

describe("compileSourcePatterns", () => {
  test.each([
    ["https://shop.example", "https://shop.example", true],
    ["https://shop.example", "https://shop.example/web", false],
    ["https://shop.example/*", "https://shop.example/web", true],
    ["https://shop.example/*", "https://shop.example/", true],
    ["https://shop.example/*", "https://shop.example", false],
    ["https://shop.example/*", "https://shop.example.evil/web", false],
    ["*", "anything", true],
    ["*", "", true],
    ["/a/*/z", "/a/b/c/z", true],
    ["/a/*/z", "/a/z", false],
    ["a*a", "a", false],
    ["a*b*b", "ab", false],
    ["a*b*c*d", "a-b-b-c-d", true],
    ["a*bc*bcd", "abcd", false],
    ["a.c", "abc", false],
    ["**", "x", true],
  ])("%j and %j: %p", (pattern, source, expected) => {
    expect(compileSourcePatterns([pattern])(source)).toBe(expected);
  });

  test("one pattern of several is enough, none allows nothing", () => {
    expect(compileSourcePatterns(["a", "b*"])("bc")).toBe(true);
    expect(compileSourcePatterns([])("a")).toBe(false);
  });

  test("a pattern made to backtrack is answered at once", () => {
    const matches = compileSourcePatterns([`${"a*".repeat(500)}b`]);
    const startedMs = performance.now();
    expect(matches("a".repeat(200_000))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});
