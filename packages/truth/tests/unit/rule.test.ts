import { join } from "node:path";
import { Readme } from "@millrace/jest-preset/readme";
import { describe, expect, test } from "@jest/globals";
import { expectedInstant, faultsOf, oddEventData, oddEvents, propertyFaultsOf, readTree } from "../../src/index.ts";

const recordOf = (properties: string, notes = "") => readTree(`{"event":{"data":${oddEventData(properties)}}${notes}}`);

describe("the rule", () => {
  test.each([
    ["a number written anew", '{"a":9007199254740993}', '{"a":9007199254740992}'],
    ["a sign that is lost", '{"a":-0}', '{"a":0}'],
    ["a number that became null", '{"a":1e400}', '{"a":null}'],
    ["half a character that was dropped", '{"a":"x\\ud83d"}', '{"a":"x"}'],
    ["a name that was lost", '{"a\\ud83d":1,"a\\ud83c":2}', '{"a\ufffd":2}'],
    ["the first of two values", '{"a":1,"a":2}', '{"a":1}'],
    ["a name that became another one", '{"a":1,"\\n":2}', '{"a":1,"\\\\":2}'],
  ])("notices %s", (_, sent, arrived) => {
    expect(faultsOf(sent, recordOf(arrived))[0]).toMatch(/became|missing|names/);
  });

  test("is about values in a column of JSON: fractions may be written anew, digits of whole numbers may not", () => {
    expect(propertyFaultsOf('{"a":[-0,1.0,1e2,1e400]}', '{"a":[0,1,100.0,1e400]}')).toEqual([]);
    expect(propertyFaultsOf('{"a":9007199254740993}', '{"a":9007199254740992}')).toHaveLength(1);
    expect(propertyFaultsOf('{"a":1e400}', '{"a":null}')).toHaveLength(1);
  });

  test("notices a repair that is not told, and takes one that is", () => {
    const notes = ',"fidelity":{"notes":[{"path":"/data/properties/a","kind":"text-repaired"}]}';
    expect(faultsOf('{"a":"\\ud83d"}', recordOf('{"a":"\ufffd"}'))).toEqual(["0 places are told, expected 1"]);
    expect(faultsOf('{"a":"\\ud83d"}', recordOf('{"a":"\ufffd"}', notes))).toEqual([]);
  });

  test("takes the same text written in another way", () => {
    expect(propertyFaultsOf('{ "\\u0061" : "\\/" }', '{"a":"/"}')).toEqual([]);
  });
});

test("a leap second is the second before it, and columns keep microseconds", () => {
  expect(expectedInstant("2026-11-28t23:59:60z")).toBe("2026-11-28T23:59:59.000000");
  expect(expectedInstant("2026-11-28T23:59:59.123456789Z")).toBe("2026-11-28T23:59:59.123456");
});

test("odd events are the same for the same seed, and JSON", () => {
  const events = oddEvents(50, 3);
  expect(oddEvents(50, 3)).toEqual(events);
  for (const { properties } of events) expect(() => readTree(properties)).not.toThrow();
});

test("the example prints what the README says", async () => {
  const readme = new Readme(join(import.meta.dirname, "../.."));
  const [example] = readme.examples;
  expect(await readme.run(example?.code ?? "")).toBe(example?.output);
});
