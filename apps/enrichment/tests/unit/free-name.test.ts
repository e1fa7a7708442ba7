import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { findFreeName } from "../../src/json-value.ts";

const objectWith = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, true]));

test("a name that is not there is free", () => {
  expect(findFreeName({ other: 1 }, "a")).toBe("a");
});

test.each([0, 1, 2, 3, 7, 100])("behind %d names that follow each other comes the next number", (count) => {
  const numbered = Array.from({ length: count }, (_, index) => `a#${index + 2}`);
  expect(findFreeName(objectWith(["a", ...numbered]), "a")).toBe(`a#${count + 2}`);
});

test("a name is free, whichever numbers are taken", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 40 })), (numbers) => {
      const object = objectWith(["a", ...numbers.map((number) => `a#${number}`)]);
      const name = findFreeName(object, "a");
      expect(name).toMatch(/^a#\d+$/);
      expect(Object.hasOwn(object, name)).toBe(false);
    }),
  );
});
