import { Buffer } from "node:buffer";
import type { KinesisStreamEvent } from "aws-lambda";

const batchSize = 500;

/** Sample records as Lambda hands them over: batches of 500 in base64. */
export function toLambdaBatches(
  records: readonly Uint8Array[],
  partitionKeyOf: (index: number) => string,
): KinesisStreamEvent[] {
  const batches: KinesisStreamEvent[] = [];
  for (let from = 0; from < records.length; from += batchSize) {
    batches.push({
      Records: records.slice(from, from + batchSize).map((data, offset) => {
        const sequenceNumber = `4959033827149025660${String(from + offset).padStart(20, "0")}`;
        return {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: partitionKeyOf(from + offset),
            sequenceNumber,
            data: Buffer.from(data).toString("base64"),
            approximateArrivalTimestamp: 1_763_600_000.5,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: `shardId-000000000000:${sequenceNumber}`,
          eventName: "aws:kinesis:record",
          invokeIdentityArn: "arn:aws:iam::000000000000:role/enrichment",
          awsRegion: "eu-west-1",
          eventSourceARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-bench-raw",
        };
      }),
    });
  }
  return batches;
}

/** A Kinesis that confirms everything at once and keeps nothing: what is measured is the function. */
export function createConfirmingClient(): { send: (command: { input: object }) => Promise<unknown> } {
  let sequence = 0;
  return {
    send: ({ input }) => {
      const { Records = [] } = input as { Records?: unknown[] };
      return Promise.resolve({
        FailedRecordCount: 0,
        Records: Records.map(() => ({ ShardId: "shardId-000000000000", SequenceNumber: String(++sequence) })),
        Shards: [],
      });
    },
  };
}
