import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { Readme } from "@millrace/jest-preset/readme";
import { eventOf } from "../support/lambda.ts";

const readme = new Readme(join(import.meta.dirname, "../.."));

test("the README's example prints what the README says", async () => {
  const kinesis = new Kinesis({ region: "eu-west-1" });
  kinesis.createStream({ streamName: "orders" });
  kinesis.createStream({ streamName: "bad-rows" });
  const server = await startKinesisServer(kinesis);
  const event = eventOf(["{}", "{", "{}"].map((text, sequence) => ({ text, sequence })));
  const given = `const event = ${JSON.stringify(event)}; const context = { getRemainingTimeInMillis: () => 10_000 };\n`;
  const [example] = readme.examples;
  try {
    const printed = await readme.run(given + (example?.code ?? ""), {
      AWS_ENDPOINT_URL_KINESIS: server.url,
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
    expect(printed).toBe(example?.output);
  } finally {
    await server.close();
  }
});
