import type { KinesisRecord } from "../kinesis/api.ts";

/** One record as Lambda hands it to a function. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export interface KinesisStreamRecord {
  readonly kinesis: {
    readonly kinesisSchemaVersion: "1.0";
    readonly partitionKey: string;
    readonly sequenceNumber: string;
    /** The record's bytes in base64. */
    readonly data: string;
    /** Seconds since the epoch, with milliseconds as a fraction. */
    readonly approximateArrivalTimestamp: number;
  };
  readonly eventSource: "aws:kinesis";
  readonly eventVersion: "1.0";
  /** `shardId:sequenceNumber`: the same for every delivery of the same stored record. */
  readonly eventID: string;
  readonly eventName: "aws:kinesis:record";
  readonly invokeIdentityArn: string;
  readonly awsRegion: string;
  readonly eventSourceARN: string;
}

/** The event of one invocation: records of one shard, in order. */
export interface KinesisStreamEvent {
  readonly Records: KinesisStreamRecord[];
}

/** Where records come from and on whose behalf they are read. */
export interface KinesisEventSource {
  readonly streamArn: string;
  readonly shardId: string;
  readonly invokeIdentityArn: string;
}

/** A stored record as Lambda shows it. */
export function toStreamRecord(record: KinesisRecord, source: KinesisEventSource): KinesisStreamRecord {
  return {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: record.PartitionKey,
      sequenceNumber: record.SequenceNumber,
      data: record.dataBase64,
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp.getTime() / 1_000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${source.shardId}:${record.SequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: source.invokeIdentityArn,
    awsRegion: regionOf(source.streamArn),
    eventSourceARN: source.streamArn,
  };
}

/** Bytes of `{"Records":[…]}` round the records and of the comma between two of them. */
export const eventFrameBytes = Buffer.byteLength('{"Records":[]}');
export const recordSeparatorBytes = 1;

/** Bytes the record takes in the JSON of an event. */
export function streamRecordBytes(record: KinesisStreamRecord): number {
  const { data } = record.kinesis;
  const frame = JSON.stringify({ ...record, kinesis: { ...record.kinesis, data: "" } });
  return Buffer.byteLength(frame) + data.length;
}

/** The region of `arn:partition:service:region:account:resource`. */
export function regionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}

/** The account of `arn:partition:service:region:account:resource`. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}
