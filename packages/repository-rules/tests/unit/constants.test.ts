import { expect, test } from "@jest/globals";
import { checkConstants } from "../../src/index.ts";

function faultsOf(text: string, path = "packages/a/src/limits.ts") {
  return checkConstants([{ path, text }]).map(({ line, code }) => `${line} ${code}`);
}

test.each(["const maxBytes = 5;", "export const maxBytes = 5 * 1024 * 1024;", "const all: number = 2 ** 31 - 1;"])(
  "refuses %s",
  (text) => {
    expect(faultsOf(`// A limit.\n${text}`)).toEqual(["2 constant-name"]);
  },
);

test.each([
  ["UPPER_CASE", "export const MAX_BYTES = 5;"],
  ["a constant of a function", "  const half = 2;"],
  ["another value", "const names = new Set([1]);\nconst twice = (n: number) => 2 * n;"],
])("takes %s", (_, text) => {
  expect(faultsOf(text)).toEqual([]);
});

test("takes names in tests", () => {
  expect(faultsOf("const maxBytes = 5;", "packages/a/tests/unit/a.test.ts")).toEqual([]);
});
