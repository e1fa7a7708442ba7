import { expect, test } from "@jest/globals";
import type { Delivery, PutRecord, PutRecords } from "@millrace/put-records";
import type { KinesisStreamEvent } from "aws-lambda";
import { createStreamHandler } from "../../src/index.ts";

function eventOf(texts: readonly string[]): KinesisStreamEvent {
  return {
    Records: texts.map((text, i) => ({
      awsRegion: "eu-west-1",
      eventID: `shardId-000000000006:${100 + i}`,
      eventName: "aws:kinesis:record",
      eventSource: "aws:kinesis",
      eventSourceARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/raw",
      eventVersion: "1.0",
      invokeIdentityArn: "arn:aws:iam::000000000000:role/x",
      kinesis: {
        approximateArrivalTimestamp: 1_700_000_000,
        data: Buffer.from(text).toString("base64"),
        kinesisSchemaVersion: "1.0",
        partitionKey: `key-${i}`,
        sequenceNumber: String(100 + i),
      },
    })),
  };
}

test("answers with the first record whose output is not confirmed", async () => {
  const written: string[] = [];
  const put = async (records: readonly PutRecord[]) =>
    records.map((record): Delivery => {
      const text = Buffer.from(record.data).toString();
      written.push(text);
      if (text === "c") {
        return {
          status: "failed",
          reason: "throttled",
          attempts: 1,
          isAmbiguous: false,
          error: new Error("no") as never,
        };
      }
      return { status: "delivered", shardId: "s", sequenceNumber: "1", attempts: 1, isAmbiguous: false };
    });
  const handler = createStreamHandler({
    processor: { name: "t", version: "1" },
    process: (source) => [{ destination: "d", partitionKey: source.partitionKey, data: source.data }],
    destinations: () => ({ put }) as unknown as PutRecords,
  });
  const context = { getRemainingTimeInMillis: () => 10_000 };
  expect(await handler(eventOf(["a", "b", "c", "d"]), context)).toEqual({
    batchItemFailures: [{ itemIdentifier: "102" }],
  });
  await handler(eventOf(["a", "b", "c", "d"]), context);
  expect(written).toEqual(["a", "b", "c", "d", "c"]);
});
