import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";

const readme = new Readme(join(import.meta.dirname, "../.."));

test("the example prints what the README says", async () => {
  const [{ code, output } = { code: "", output: "" }] = readme.examples;
  expect(await readme.run(code)).toBe(output);
});
