import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { errorCodes } from "../../src/errors.ts";
import { resolveOptions } from "../../src/options.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? "";
const rowsUnder = (heading: string) =>
  [...(readme.split(`## ${heading}`)[1]?.split("\n## ")[0] ?? "").matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(
    ([, cell = ""]) => cell.split(", ").map((name) => name.replaceAll("`", "")),
  );

test("the README's example prints what the README says", async () => {
  const kinesis = new Kinesis({ region: "eu-west-1" });
  kinesis.createStream({ streamName: "orders" });
  const server = await startKinesisServer(kinesis);
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=@millrace/source", "--input-type=module", "--eval", block("ts")],
      {
        cwd: root,
        env: {
          ...process.env,
          AWS_ENDPOINT_URL_KINESIS: server.url,
          AWS_ACCESS_KEY_ID: "a",
          AWS_SECRET_ACCESS_KEY: "b",
        },
      },
    );
    expect(stdout).toBe(block("text"));
  } finally {
    await server.close();
  }
});

test("the README lists every error code", () => {
  expect(rowsUnder("Errors").sort()).toEqual([...errorCodes].sort());
});

test("the README lists every option", () => {
  const { stream, isOrderedPerKey, isRetryingAmbiguous, ...rest } = resolveOptions({
    client: { send: async () => ({}) },
    streamName: "s",
  });
  expect([stream, isOrderedPerKey, isRetryingAmbiguous]).toHaveLength(3);
  const options = [...Object.keys(rest), "streamName", "streamArn", "ordering", "onAmbiguous"];
  expect(rowsUnder("Options of `createPutRecords`").sort()).toEqual(options.sort());
});

test("the README stays short", () => {
  expect(readme.split("\n").length).toBeLessThan(120);
});
