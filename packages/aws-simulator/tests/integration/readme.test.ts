import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/g)];

test.each(
  examples.map(([, code = "", output = ""]) => [/new (\w+)\(\{ (functionName|seed)/.exec(code)?.[1], code, output]),
)("the example with %s prints what the README says", async (_, code = "", output) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@millrace/source", "--input-type=module-typescript", "--eval", code],
    { cwd: root },
  );
  expect(stdout).toBe(output);
});

test("there are two examples", () => {
  expect(examples).toHaveLength(2);
});

/** Names in the first column of the tables of a section. */
function namesUnder(heading: string): string[] {
  const section = readme.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = ""]) =>
    cell.split(", ").map((name) => name.replaceAll("`", "")),
  );
}

/** Names in the body of an interface or type of the sources. */
function namesIn(file: string, pattern: RegExp, from: string): string[] {
  const text = readFileSync(join(root, "src", file), "utf8");
  const body = text.slice(text.indexOf(from)).split(/\n\}|;\n\n/)[0] ?? "";
  return [...body.matchAll(pattern)].map(([, name = ""]) => name);
}

test("every option, every rate and every error code is in the README", () => {
  const member = /^ {2}readonly (\w+)\?:/gm;
  expect(
    namesUnder("Options of `Kinesis`")
      .filter((name) => name !== "rates")
      .sort(),
  ).toEqual(
    [
      ...namesIn("kinesis/kinesis.ts", member, "interface KinesisOptions"),
      ...namesIn("faults/faults.ts", member, "interface FaultRates"),
    ].sort(),
  );
  expect(namesUnder("Errors").sort()).toEqual(
    namesIn("kinesis/errors.ts", /\| "(\w+)"/g, "type KinesisErrorCode").sort(),
  );
});

test("the README stays short", () => {
  expect(readme.split("\n").length).toBeLessThan(120);
});
