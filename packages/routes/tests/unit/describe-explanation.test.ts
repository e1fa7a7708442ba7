import { expect, test } from "@jest/globals";
import { explainPattern } from "@millrace/event-pattern";
import { describeExplanation } from "../../src/index.ts";

test.each([
  [[">", 1], "a number above 1"],
  [[">=", 1], "a number from 1"],
  [["<", 1], "a number below 1"],
  [["<=", 1], "a number up to 1"],
  [[">", 1, "<=", 9], "a number above 1 up to 9"],
])("an end of %j that the pattern left open is not told", (numeric, told) => {
  expect(describeExplanation(explainPattern({ total: [{ numeric }] }, {}))).toBe(`total is absent, wanted ${told}`);
});
