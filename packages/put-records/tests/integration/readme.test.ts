import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { Readme } from "@millrace/jest-preset/readme";
import { errorCodes } from "../../src/errors.ts";
import { resolveOptions } from "../../src/options.ts";

const readme = new Readme(join(import.meta.dirname, "../.."));

test("the README's example prints what the README says", async () => {
  const kinesis = new Kinesis({ region: "eu-west-1" });
  kinesis.createStream({ streamName: "orders" });
  const server = await startKinesisServer(kinesis);
  const [example] = readme.examples;
  try {
    const printed = await readme.run(example?.code ?? "", {
      AWS_ENDPOINT_URL_KINESIS: server.url,
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
    expect(printed).toBe(example?.output);
  } finally {
    await server.close();
  }
});

test("the README lists every error code", () => {
  expect([...readme.namesUnder("Errors")].sort()).toEqual([...errorCodes].sort());
});

test("the README lists every option", () => {
  const { stream, isOrderedPerKey, isRetryingAmbiguous, ...rest } = resolveOptions({
    client: { send: async () => ({}) },
    streamName: "s",
  });
  expect([stream, isOrderedPerKey, isRetryingAmbiguous]).toHaveLength(3);
  const options = [...Object.keys(rest), "streamName", "streamArn", "ordering", "onAmbiguous"];
  expect([...readme.namesUnder("Options of `createPutRecords`")].sort()).toEqual(options.sort());
});
