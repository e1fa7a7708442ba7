import {
  type Failed,
  type Clock,
  type Delivery,
  type PutOptions,
  type PutRecord,
  type PutRecords,
  ThrottledError,
} from "@millrace/put-records";
import type { KinesisStreamEvent } from "aws-lambda";

export interface TestRecord {
  readonly sequence: number;
  readonly text: string;
  readonly shard?: number;
}

export const sequenceNumber = (sequence: number) => String(sequence).padStart(20, "0");

/** A Lambda event as a Kinesis mapping sends it. */
export function eventOf(records: readonly TestRecord[]): KinesisStreamEvent {
  return {
    Records: records.map(({ sequence, text, shard = 6 }) => ({
      awsRegion: "eu-west-1",
      eventID: `shardId-${String(shard).padStart(12, "0")}:${sequenceNumber(sequence)}`,
      eventName: "aws:kinesis:record",
      eventSource: "aws:kinesis",
      eventSourceARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/raw",
      eventVersion: "1.0",
      invokeIdentityArn: "arn:aws:iam::000000000000:role/handler",
      kinesis: {
        approximateArrivalTimestamp: 1_767_225_590,
        data: Buffer.from(text).toString("base64"),
        kinesisSchemaVersion: "1.0",
        partitionKey: `key-${text}`,
        sequenceNumber: sequenceNumber(sequence),
      },
    })),
  };
}

/** One record per letter, from sequence number 0. */
export const lettersOf = (letters: string): TestRecord[] =>
  Array.from(letters).map((text, sequence) => ({ sequence, text }));

/** The fate of one output at a destination, and its time. */
export type Fate = "delivered" | "failed" | "ambiguous";

export interface FakeDestination extends PutRecords {
  /** Texts written, in the order of the calls. */
  readonly written: string[];
}

export const failed = (reason: Failed["reason"] = "throttled"): Failed => ({
  status: "failed",
  reason,
  attempts: 2,
  isAmbiguous: false,
  error: new ThrottledError("no"),
});

/** A destination that answers after `delayMs`, or at the deadline with failures, as `PutRecords` does. */
export function fakeDestination(
  clock: Clock,
  fateOf: (text: string) => Fate = () => "delivered",
  delayMs: () => number = () => 5,
): FakeDestination {
  const written: string[] = [];
  const put = async (records: readonly PutRecord[], { deadline = Number.POSITIVE_INFINITY }: PutOptions = {}) => {
    const texts = records.map((record) => Buffer.from(record.data).toString());
    written.push(...texts);
    const delay = delayMs();
    const isInTime = clock.now() + delay <= deadline;
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, Math.max(0, Math.min(delay, deadline - clock.now())));
    });
    return texts.map((text): Delivery => {
      const fate = isInTime ? fateOf(text) : "failed";
      if (fate === "failed") return failed();
      const isAmbiguous = fate === "ambiguous";
      return {
        status: "delivered",
        shardId: "shardId-000000000000",
        sequenceNumber: "1",
        attempts: isAmbiguous ? 2 : 1,
        isAmbiguous,
      };
    });
  };
  const unused = () => {
    throw new Error("the handler does not call this");
  };
  return { written, put, send: unused, flush: unused, close: unused, stats: unused };
}
