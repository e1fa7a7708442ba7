import { describe, expect, test } from "@jest/globals";
import { compilePatterns, parseEventText, parseKeepingSpelling } from "../../src/index.ts";

/** An object of one shape whose second name V8 remembers, and names that it then takes for that one. */
const remembered = String.raw`{"a":1,"\\":2}`;
const escaped = [String.raw`\n`, String.raw`\"`, String.raw`\/`, String.raw`\u0062`, String.raw`\ud83d`];

describe("a name with an escape", () => {
  test.each(escaped)("%s is read as it is after an object that had a backslash there", (name) => {
    JSON.parse(remembered);
    const text = `{"a":1,"${name}":2}`;
    const expected = JSON.parse(`"${name}"`) as string;
    expect(Object.keys(parseEventText(text) as object)).toEqual(["a", expected]);
    expect(Object.keys(parseKeepingSpelling(text) as object)).toEqual(["a", expected]);
    expect(Object.keys(parseKeepingSpelling(text.replace("1", "1.0")) as object)).toEqual(["a", expected]);
  });

  test("is matched by a pattern", () => {
    const set = compilePatterns({ b: { b: [2] }, backslash: { "\\": [2] } });
    JSON.parse(remembered);
    expect(set.matchText(String.raw`{"a":1,"\u0062":2}`)).toEqual(["b"]);
  });
});

describe("texts that are read token by token", () => {
  test.each([
    String.raw`{"__proto__":1.0,"\n":{"__proto__":[]}}`,
    String.raw`[[],{},"\\",[1.0,true,[false,null,[{}]]],{"a":{"b":"\""}}]`,
    String.raw`{"\n":1.0,"10":2,"9":"x\\","":-0}`,
    "1.0",
  ])("%s are written as they were", (text) => {
    expect(JSON.parse(JSON.stringify(parseKeepingSpelling(text)))).toEqual(JSON.parse(text));
  });

  test("may nest deeper than the call stack", () => {
    const depth = 200_000;
    let value = parseKeepingSpelling(`${"[".repeat(depth)}1.0${"]".repeat(depth)}`);
    let found = 0;
    for (; Array.isArray(value); value = (value as unknown[])[0]) found += 1;
    expect(found).toBe(depth);
  });

  test("keep the last of two values at the place of the first", () => {
    expect(JSON.stringify(parseKeepingSpelling(String.raw`{"a":1.0,"b":2,"\u0061":3}`))).toBe('{"a":3,"b":2}');
  });
});
