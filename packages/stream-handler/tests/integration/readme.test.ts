import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { eventOf } from "../support/lambda.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? "";

test("the README's example prints what the README says", async () => {
  const kinesis = new Kinesis({ region: "eu-west-1" });
  kinesis.createStream({ streamName: "orders" });
  kinesis.createStream({ streamName: "bad-rows" });
  const server = await startKinesisServer(kinesis);
  const event = eventOf(["{}", "{", "{}"].map((text, sequence) => ({ text, sequence })));
  const given = `const event = ${JSON.stringify(event)}; const context = { getRemainingTimeInMillis: () => 10_000 };\n`;
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=@millrace/source", "--input-type=module", "--eval", given + block("ts")],
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
