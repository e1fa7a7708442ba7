import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { adapterNames } from "../../src/settings.ts";
import { adapt } from "../support/adapt.ts";

const readme = new Readme(fileURLToPath(new URL("../..", `file://${import.meta.dirname}/`)).replace(/\/$/, ""));

test("the table of protocols names every adapter", () => {
  const names = readme.tableUnder("Protocols").map(([name = ""]) => name.replaceAll("`", ""));
  expect(names).toEqual([...adapterNames]);
});

test("the example gives what the README says", () => {
  const body = /Buffer\.from\('(.+)'\)/.exec(readme.text)?.[1] ?? "";
  const type = /event\.type; \/\/ "(.+)"/.exec(readme.text)?.[1];
  expect(adapt("segment", "/v1/track", body).events[0]?.type).toBe(type);
});
