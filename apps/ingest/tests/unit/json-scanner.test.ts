import { describe, expect, test } from "@jest/globals";
import { JsonScanner, JsonSyntaxError, locate } from "../../src/json-scanner.ts";

function scan(text: string): { depth: number } {
  const scanner = new JsonScanner(text);
  scanner.skipValue();
  scanner.expectEnd();
  return { depth: scanner.depth };
}

function failure(text: string): { message: string; offset: number } {
  try {
    scan(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { message: error.message, offset: error.offset };
    throw error;
  }
  throw new Error("was accepted");
}

describe("JsonScanner", () => {
  test.each([
    ["1e400", 0],
    ["-0.5E+10", 0],
    ['"\\u00e9\\n"', 0],
    ["{}", 1],
    ["[[]]", 2],
    [' {"a": [1, {"b": null}], "c": true} ', 3],
  ])("accepts %s with depth %i", (text, depth) => {
    expect(scan(text)).toEqual({ depth });
  });

  test.each([
    ["", "Expected a JSON value, but the text ends", 0],
    ["{", "Expected a string in double quotes, but the text ends", 1],
    ['{"a" 1}', "Expected ':'", 5],
    ['{"a":1 "b":2}', "Expected ',' or '}'", 7],
    ['{"a":1,}', "Expected a string in double quotes", 7],
    ["[1 2]", "Expected ',' or ']'", 3],
    ["[1,]", "Expected a JSON value", 3],
    ["01", "Expected the end of the text", 1],
    ["1.", "Expected a digit, but the text ends", 2],
    ["-", "Expected a digit, but the text ends", 1],
    ["NaN", "Expected a JSON value", 0],
    ["tru", "Expected a JSON value", 0],
    ["'a'", "Expected a JSON value", 0],
    ['"a', "Expected the closing quote of a string, but the text ends", 2],
    ['"a\nb"', "Expected no control character in a string (escape it)", 2],
    ['"\\x"', 'Expected one of " \\ / b f n r t u after a backslash', 2],
    ['"\\u12g4"', "Expected four hexadecimal digits after \\u", 5],
    ["[]]", "Expected the end of the text", 2],
    ["[}", "Expected a JSON value", 1],
    ["{]", "Expected a string in double quotes", 1],
    ["[1}", "Expected ',' or ']'", 2],
  ])("refuses %j, saying what was expected where", (text, message, offset) => {
    expect(failure(text)).toEqual({ message, offset });
  });

  test("does not read beyond the end it was given", () => {
    const text = '{"a":"b"}';
    for (let end = 1; end < text.length; end += 1) {
      const scanner = new JsonScanner(text, 0, end);
      expect(() => scanner.skipValue()).toThrow(JsonSyntaxError);
      expect(scanner.position).toBeLessThanOrEqual(end);
    }
  });

  test("takes nesting that would overflow a call stack", () => {
    const levels = 200_000;
    expect(scan("[".repeat(levels) + "]".repeat(levels))).toEqual({ depth: levels });
  });
});

describe("locate", () => {
  test("counts lines and columns from one", () => {
    expect(locate("ab\ncd\nef", 0)).toEqual({ line: 1, column: 1 });
    expect(locate("ab\ncd\nef", 4)).toEqual({ line: 2, column: 2 });
    expect(locate("ab\ncd\nef", 8)).toEqual({ line: 3, column: 3 });
  });
});

describe("a depth that nobody reads", () => {
  test.each(["[", '{"a":', '[[],{"b":'])("ends reading a text of nothing but %s", (opening) => {
    const scanner = new JsonScanner(opening.repeat(100_000), 0, undefined, 1_000);
    expect(() => scanner.skipValue()).toThrow(expect.objectContaining({ code: "JSON_DEPTH" }));
    expect(scanner.position).toBeLessThan(1_002 * opening.length);
  });

  test("is one more than the depth given", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const skip = (text: string) => new JsonScanner(text, 0, undefined, 7).skipValue();
    skip(nested(7));
    expect(() => skip(nested(8))).toThrow(expect.objectContaining({ code: "JSON_DEPTH" }));
  });
});
