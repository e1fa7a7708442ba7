import type { KinesisStreamRecord } from "aws-lambda";
import type { SourceRecord } from "./types.ts";

/** Decodes one record of a Lambda event. */
export function toSourceRecord({ eventID, eventSourceARN, kinesis }: KinesisStreamRecord): SourceRecord {
  // `shardId-000000000006:4959…`: the shard is nowhere else in the event.
  const separator = eventID.lastIndexOf(":");
  return {
    eventId: eventID,
    streamArn: eventSourceARN,
    stream: eventSourceARN.slice(eventSourceARN.indexOf(":stream/") + ":stream/".length),
    shardId: eventID.slice(0, separator),
    sequenceNumber: kinesis.sequenceNumber,
    partitionKey: kinesis.partitionKey,
    data: Buffer.from(kinesis.data, "base64"),
    arrivedAt: kinesis.approximateArrivalTimestamp * 1000,
  };
}
