import { expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { environmentVariables, readConfig } from "../../src/config.ts";
import { type ProblemCode, problems } from "../../src/problems.ts";
import { packageFolder } from "../support/dockerfile.ts";
import { MemoryStream } from "../support/memory-stream.ts";
import { createTestCore, shopKey } from "../support/test-service.ts";

const readme = new Readme(packageFolder);

const codesIn = (cell: string | undefined) => Array.from((cell ?? "").matchAll(/`([^`]+)`/g), ([, name = ""]) => name);

test("the errors table lists every code once, with its status", () => {
  const rows = readme.tableUnder("Errors");
  const documented = rows.flatMap(([codes, statuses = ""]) => {
    const each = statuses.split(" ").map(Number);
    return codesIn(codes).map((code, index): [string, number | undefined] => [code, each[index] ?? each.at(-1)]);
  });
  const actual = (Object.keys(problems) as ProblemCode[]).map((code) => [code, problems[code].status]);
  expect(documented.sort()).toEqual(actual.sort());
});

test("the options table lists every variable with its default", () => {
  const documented = readme.tableUnder("Options").flatMap(([names, defaults = ""]) => {
    const each = defaults.split(", ");
    return codesIn(names).map((name, index): [string, string | undefined] => [name, each[index] ?? each[0]]);
  });
  expect(documented.map(([name]) => name).sort()).toEqual([...environmentVariables].sort());
  const required = { STAGE: "s", RAW_STREAM_NAME: "r", WRITE_KEYS_SECRET_ARN: "k" };
  const defaults = readConfig(required) as unknown as Record<string, number | string | readonly string[] | undefined>;
  for (const [name, text] of documented) {
    if (name in required || name === "WRITE_KEYS_FILE") expect(text).toBe("required");
    else if (defaults[name] === undefined) expect(["from the memory", "none"]).toContain(text);
    else if (Array.isArray(defaults[name])) expect(text).toBe("none");
    else expect(text?.replaceAll(",", "")).toBe(String(defaults[name]));
  }
});

test("the example prints what the README says", async () => {
  const body = /-d '\n([^']+)'/.exec(readme.text)?.[1] ?? "";
  const printed = /HTTP\/1\.1 202 Accepted\n(.+)\n/.exec(readme.text)?.[1];
  const service = createTestCore({ putRecords: new MemoryStream() });
  const headers = { authorization: `Bearer ${shopKey}`, "content-type": "application/json" };
  const reply = await service.handle({ headers, body: Buffer.from(body) });
  expect(reply.status).toBe(202);
  expect(reply.body).toBe(printed);
});
