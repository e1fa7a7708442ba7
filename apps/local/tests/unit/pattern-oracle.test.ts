import { expect, test } from "@jest/globals";
import { matchesPattern } from "../../src/report/pattern-oracle.ts";

const event = { event: { type: "search.click", data: { rank: 3, tags: ["a", "b"] } }, validation: { status: "valid" } };

test.each<[object, boolean]>([
  [{ event: { type: ["search.click"] } }, true],
  [{ event: { type: ["search.query"] } }, false],
  [{ event: { type: [{ prefix: "search." }] }, validation: { status: ["valid"] } }, true],
  [{ event: { type: [{ suffix: ".query" }] } }, false],
  [{ event: { type: [{ prefix: { "equals-ignore-case": "SEARCH." } }] } }, true],
  [{ event: { data: { rank: [{ numeric: [">=", 1, "<", 3] }] } } }, false],
  [{ event: { data: { rank: [{ numeric: ["<=", 3] }] } } }, true],
  [{ event: { data: { tags: ["b"] } } }, true],
  [{ event: { data: { total: [{ exists: false }] } } }, true],
  [{ event: { data: { total: [{ exists: true }] } } }, false],
  [{ event: { type: [{ "anything-but": ["search.click"] }] } }, false],
  [{ event: { type: [{ "anything-but": { prefix: "commerce." } }] } }, true],
  [{ event: { type: [{ wildcard: "*.cl*" }] } }, true],
  [{ $or: [{ event: { type: ["x"] } }, { validation: { status: [{ "equals-ignore-case": "VALID" }] } }] }, true],
])("%j on the event gives %s", (pattern, isMatch) => {
  expect(matchesPattern(pattern, event)).toBe(isMatch);
});

test("an operator it does not know is an error, not a guess", () => {
  expect(() => matchesPattern({ event: { type: [{ cidr: "10.0.0.0/8" }] } }, event)).toThrow(/cannot predict/);
});
