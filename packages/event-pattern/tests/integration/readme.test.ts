import { expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS } from "../../src/index.ts";
import { EVENT_CASES } from "../cases/event-cases.ts";
import { REFUSED_CASES } from "../cases/refused-cases.ts";
import { VALUE_CASES } from "../cases/value-cases.ts";
import { MAX_EVENT_DEPTH } from "../../src/limits.ts";

const root = join(import.meta.dirname, "../..");
const readme = new Readme(root);

test("the example prints what the README says", async () => {
  const [example] = readme.examples;
  expect(await readme.run(example?.code ?? "")).toBe(example?.output);
});

test("every limit is in the README, with its value", () => {
  const rows = readme
    .tableUnder("Options and limits")
    .map(([name = "", value = ""]) => [name.replaceAll("`", ""), value]);
  const limits = Object.entries({ ...LIMITS, "nesting of an event": MAX_EVENT_DEPTH });
  expect(rows).toEqual(limits.map(([name, value]) => [name, value.toLocaleString("en-US")]));
});

test("every error code is in the README", () => {
  const codes = [...readFileSync(join(root, "src/errors.ts"), "utf8").matchAll(/readonly code = "(\w+)"/g)];
  expect(readme.namesUnder("Errors")).toEqual(codes.map(([, code]) => code));
});

test("there are more cases than the README claims", () => {
  const claimed = Number(/more than (\d+) cases with sources/.exec(readme.text)?.[1]);
  const groups: readonly { readonly yes: readonly unknown[]; readonly no: readonly unknown[] }[] = [
    ...VALUE_CASES,
    ...EVENT_CASES,
  ];
  const matches = groups.reduce((sum, { yes, no }) => sum + yes.length + no.length, 0);
  expect(matches + REFUSED_CASES.length).toBeGreaterThan(claimed);
});
