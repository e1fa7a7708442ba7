import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { badRowKinds } from "../../src/index.ts";

const readme = new Readme(join(import.meta.dirname, "../.."));

test("the README says what to do about every kind of bad row, and about no other", () => {
  expect([...readme.namesUnder("Errors")].sort()).toEqual(Object.values(badRowKinds).sort());
});
