import { describe, expect, test } from "@jest/globals";
import {
  compilePattern,
  compilePatterns,
  type EventPattern,
  LIMITS,
  parsePattern,
  PatternTooCostlyError,
} from "../../src/index.ts";

const repeat = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));
const fields = (count: number): EventPattern => Object.fromEntries(repeat(count, (index) => [`f${index}`, [index]]));
/** Parallel `$or`s of ten patterns each, at different places. */
const ors = (count: number): EventPattern =>
  Object.fromEntries(repeat(count, (at) => [`o${at}`, { $or: repeat(10, (index) => ({ [`x${index}`]: [1] })) }]));

function cost(pattern: EventPattern): Partial<PatternTooCostlyError> | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof PatternTooCostlyError) return error;
    throw error;
  }
}

describe("a pattern that costs too much is refused with its measure", () => {
  test.each([
    ["fields", fields(256), fields(257), { measure: "fields", value: 257, limit: 256 }],
    [
      "combinations of $or, which multiply",
      ors(3),
      ors(4),
      { measure: "combinations of $or", value: 2_000, limit: 1_000, pointer: "/o3/$or" },
    ],
    [
      "values and match expressions",
      { f: repeat(10_000, String) },
      { f: repeat(10_001, String) },
      { measure: "values and match expressions", value: 10_001, limit: 10_000, pointer: "/f" },
    ],
    [
      "wildcard characters in one value",
      { f: [{ wildcard: "*a".repeat(64) }] },
      { f: [{ wildcard: "*a".repeat(65) }] },
      { measure: "wildcard characters in one value", value: 65, limit: 64, pointer: "/f/0/wildcard" },
    ],
    [
      "segments in one path",
      { [repeat(64, () => "s").join(".")]: [1] },
      { [repeat(65, () => "s").join(".")]: [1] },
      { measure: "segments in one path", value: 65, limit: 64 },
    ],
  ] as const)("%s", (_, allowed, refused, error) => {
    expect(cost(allowed as EventPattern)).toBeUndefined();
    expect(cost(refused as EventPattern)).toMatchObject({ code: "PATTERN_TOO_COSTLY", ...error });
  });

  test("twenty parallel $or, a million combinations and more, are refused at once", () => {
    const pattern = Object.fromEntries(repeat(20, (at) => [`o${at}`, { $or: [{ a: [1] }, { b: [1] }] }]));
    const started = performance.now();
    expect(cost(pattern as EventPattern)).toMatchObject({ measure: "combinations of $or", value: 1_024 });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("the message says what to do", () => {
    expect(cost(fields(257))).toMatchObject({
      message: "The pattern has 257 fields; at most 256 are allowed. Split it into several patterns.",
    });
  });

  test("other limits can be asked for", () => {
    expect(() => parsePattern(fields(3), { ...LIMITS, maxFields: 2 })).toThrow(PatternTooCostlyError);
  });

  test("a fault in one of many named patterns stops the set", () => {
    expect(() => compilePatterns({ good: { a: [1] }, bad: fields(257) })).toThrow(PatternTooCostlyError);
  });
});
