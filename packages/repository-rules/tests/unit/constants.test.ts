import { expect, test } from "@jest/globals";
import { checkConstants } from "../../src/index.ts";

function faultsOf(text: string, path = "packages/a/src/limits.ts", unclean: readonly string[] = []) {
  return checkConstants([{ path, text }], unclean).map(({ line, code }) => `${line} ${code}`);
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

test("takes names in tests, and in a folder of the list while it has one", () => {
  expect(faultsOf("const maxBytes = 5;", "packages/a/tests/unit/a.test.ts")).toEqual([]);
  expect(faultsOf("const maxBytes = 5;", undefined, ["packages/a"])).toEqual([]);
  expect(faultsOf("const MAX_BYTES = 5;", undefined, ["packages/a"])).toEqual(["1 constants-are-clean"]);
});
