import { expect, test } from "@jest/globals";
import { Kinesis } from "@millrace/aws-simulator";
import { createKinesisClient, type KinesisSender } from "../../src/index.ts";

test("the simulator's in-process client fits the seam", () => {
  const sender: KinesisSender = new Kinesis().client();
  expect(typeof sender.send).toBe("function");
});

test("the SDK's client fits the seam", () => {
  const client = createKinesisClient({ region: "eu-west-1" });
  const sender: KinesisSender = client;
  expect(sender).toBe(client);
  client.destroy();
});
