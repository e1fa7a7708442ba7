import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";

const root = join(import.meta.dirname, "../..");
const readme = new Readme(root);

test.each(readme.examples)("example %# prints what the README says", async ({ code, output }) => {
  expect(await readme.run(code)).toBe(output);
});

test("there are two examples", () => {
  expect(readme.examples).toHaveLength(2);
});

/** Names in the body of an interface or type of the sources. */
function namesIn(file: string, pattern: RegExp, from: string): string[] {
  const text = readFileSync(join(root, "src", file), "utf8");
  const body = text.slice(text.indexOf(from)).split(/\n\}|;\n\n/)[0] ?? "";
  return [...body.matchAll(pattern)].map(([, name = ""]) => name);
}

test("every option, every rate and every error code is in the README", () => {
  const member = /^ {2}readonly (\w+)\?:/gm;
  expect(
    readme
      .namesUnder("Options of `Kinesis`")
      .filter((name) => name !== "rates")
      .sort(),
  ).toEqual(
    [
      ...namesIn("kinesis/kinesis.ts", member, "interface KinesisOptions"),
      ...namesIn("faults/faults.ts", member, "interface FaultRates"),
    ].sort(),
  );
  expect([...readme.namesUnder("Errors")].sort()).toEqual(
    namesIn("kinesis/errors.ts", /\| "(\w+)"/g, "type KinesisErrorCode").sort(),
  );
});
