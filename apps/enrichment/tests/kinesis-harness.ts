import { Buffer } from "node:buffer";
import { type Clock, type Faults, Kinesis, systemClock } from "@millrace/aws-simulator";
import type { KinesisSender } from "@millrace/put-records";
import type { KinesisStreamEvent } from "aws-lambda";

/** A Kinesis of our own with the streams of the function, read by the tests. */
export function createStreams({ faults, clock = systemClock }: { faults?: Faults; clock?: Clock } = {}) {
  const kinesis = new Kinesis({ clock, ...(faults === undefined ? {} : { faults }) });
  const arn = kinesis.createStream({ streamName: "raw", shardCount: 1 });
  kinesis.createStream({ streamName: "enriched", shardCount: 2 });
  kinesis.createStream({ streamName: "bad-rows", shardCount: 1 });

  return {
    kinesis,
    client: kinesis.client() as unknown as KinesisSender,
    /** The records of a stream, all shards. */
    read(streamName: string): { partitionKey: string; text: string }[] {
      const { Shards } = kinesis.listShards({ StreamName: streamName });
      return Shards.flatMap(({ ShardId }) => {
        const { ShardIterator } = kinesis.getShardIterator({
          StreamName: streamName,
          ShardId,
          ShardIteratorType: "TRIM_HORIZON",
        });
        return kinesis.getRecords({ ShardIterator }).Records.map((record) => ({
          partitionKey: record.PartitionKey,
          text: Buffer.from(record.dataBase64, "base64").toString(),
        }));
      });
    },
    /** Returns the event that Lambda would hand over. */
    toEvent(
      records: readonly { partitionKey: string; data: Uint8Array }[],
      firstSequenceNumber = 49590,
    ): KinesisStreamEvent {
      return {
        Records: records.map(({ partitionKey, data }, index) => ({
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey,
            sequenceNumber: String(firstSequenceNumber + index),
            data: Buffer.from(data).toString("base64"),
            approximateArrivalTimestamp: Date.parse("2026-11-20T10:00:01.500Z") / 1000,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: `shardId-000000000000:${firstSequenceNumber + index}`,
          eventName: "aws:kinesis:record",
          invokeIdentityArn: "arn:aws:iam::000000000000:role/enrichment",
          awsRegion: "us-east-1",
          eventSourceARN: arn,
        })),
      };
    },
  };
}

export const lambdaContext = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 30_000 };
