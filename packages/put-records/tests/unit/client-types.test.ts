import { expect, test } from "@jest/globals";
import { createKinesisClient, type KinesisSender } from "../../src/index.ts";

test("the SDK's client fits the seam", () => {
  const client = createKinesisClient({ region: "eu-west-1" });
  const sender: KinesisSender = client;
  expect(sender).toBe(client);
  client.destroy();
});
