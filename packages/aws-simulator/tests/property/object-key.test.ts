import { resolve, sep } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { keyToSegments, segmentsToKey } from "../../src/object-store/key-path.ts";

const key = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
    fc
      .array(fc.constantFrom("a", "b", "/", ".", "..", "%", "~", "%2E", "é", "\u{1F600}", "x".repeat(250)), {
        minLength: 1,
        maxLength: 12,
      })
      .map((parts) => parts.join("")),
  )
  .filter((text) => text.isWellFormed());

describe("the path of an object key", () => {
  test("leads back to the key", () => {
    fc.assert(
      fc.property(key, (given) => {
        expect(segmentsToKey(keyToSegments(given))).toBe(given);
      }),
      { numRuns: 2_000 },
    );
  });

  test("stays inside its folder and within the length of a file name", () => {
    fc.assert(
      fc.property(key, (given) => {
        const segments = keyToSegments(given);
        expect(resolve("/store/bucket", ...segments).startsWith(`/store/bucket${sep}`)).toBe(true);
        expect(segments.every((segment) => /^[A-Za-z0-9._=+@,%~-]{1,201}$/.test(segment))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("is another one for another key", () => {
    fc.assert(
      fc.property(key, key, (first, second) => {
        fc.pre(first !== second);
        expect(keyToSegments(first).join(sep)).not.toBe(keyToSegments(second).join(sep));
      }),
      { numRuns: 2_000 },
    );
  });

  test("is refused for text that is not valid Unicode", () => {
    expect(() => keyToSegments("\uD800")).toThrow(expect.objectContaining({ code: "INVALID_KEY" }));
  });
});
