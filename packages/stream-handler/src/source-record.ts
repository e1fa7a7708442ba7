import { Buffer } from "node:buffer";
import type { KinesisStreamRecord } from "aws-lambda";
import type { BatchOrigin, SourceRecord } from "./types.ts";

/** Decodes the records of a Lambda event. Their bytes share one buffer: they come together, and go together. */
export function toSourceRecords(records: readonly KinesisStreamRecord[]): SourceRecord[] {
  let streamArn = "";
  let stream = "";
  let size = 0;
  for (const { kinesis } of records) size += mostBytesOf(kinesis.data);
  const buffer = Buffer.allocUnsafeSlow(size);
  let end = 0;
  return records.map(({ eventID, eventSourceARN, kinesis }) => {
    // The same for all records of a batch, so it is read, and kept, once.
    if (eventSourceARN !== streamArn) {
      streamArn = eventSourceARN;
      stream = eventSourceARN.slice(eventSourceARN.indexOf(":stream/") + ":stream/".length);
    }
    const start = end;
    end += buffer.write(kinesis.data, start, "base64");
    return {
      eventId: eventID,
      streamArn,
      stream,
      // `shardId-000000000006:4959…`: the shard is nowhere else in the event.
      shardId: eventID.slice(0, eventID.lastIndexOf(":")),
      sequenceNumber: kinesis.sequenceNumber,
      partitionKey: kinesis.partitionKey,
      data: buffer.subarray(start, end),
      arrivedAt: kinesis.approximateArrivalTimestamp * 1000,
    };
  });
}

/** Bytes of a text in base64, without looking at its padding. */
function mostBytesOf({ length }: string): number {
  return Math.ceil((length / 4) * 3);
}

/** Where a batch lay. */
export function originOf(sources: readonly SourceRecord[]): BatchOrigin | undefined {
  const first = sources[0];
  const last = sources.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    stream: first.stream,
    shardId: first.shardId,
    firstSequenceNumber: first.sequenceNumber,
    lastSequenceNumber: last.sequenceNumber,
  };
}
