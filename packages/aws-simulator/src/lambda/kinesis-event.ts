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
  /** The region of the stream. */
  readonly region: string;
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
    awsRegion: source.region,
    eventSourceARN: source.streamArn,
  };
}

/** Bytes of `{"Records":[…]}` round the records and of the comma between two of them. */
export const eventFrameBytes = Buffer.byteLength('{"Records":[]}');
export const RECORD_SEPARATOR_BYTES = 1;

/**
 * Measures the records of one source as JSON, without the JSON. All of them have the same frame, so only the values
 * that differ are measured for each.
 * @returns bytes a record takes in the JSON of an event
 */
export function createRecordMeasure(source: KinesisEventSource): (record: KinesisRecord) => number {
  const frameBytes = Buffer.byteLength(JSON.stringify(toStreamRecord(emptyRecord, source))) - valueBytes(emptyRecord);
  return (record) => frameBytes + valueBytes(record);
}

const emptyRecord: KinesisRecord = {
  Data: new Uint8Array(),
  dataBase64: "",
  PartitionKey: "",
  SequenceNumber: "",
  ApproximateArrivalTimestamp: new Date(0),
  sizeBytes: 0,
};

/** Of what differs between two records of a source. */
function valueBytes({ PartitionKey, SequenceNumber, ApproximateArrivalTimestamp, sizeBytes }: KinesisRecord): number {
  const dataBytes = sizeBytes - Buffer.byteLength(PartitionKey);
  return (
    Buffer.byteLength(JSON.stringify(PartitionKey)) +
    // Once as itself and once in `eventID`.
    2 * SequenceNumber.length +
    base64Length(dataBytes) +
    String(ApproximateArrivalTimestamp.getTime() / 1_000).length
  );
}

/** Characters of so many bytes as base64. */
function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** The region of `arn:partition:service:region:account:resource`. */
export function regionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}

/** The account of `arn:partition:service:region:account:resource`. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}
