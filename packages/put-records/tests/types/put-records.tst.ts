import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { Kinesis } from "@millrace/aws-simulator";
import { describe, expect, test } from "tstyche";
import {
  type BackpressureError,
  type Clock,
  createKinesisClient,
  createPutRecords,
  type Delivered,
  type Delivery,
  type Failed,
  type KinesisSender,
  type PutRecord,
  type PutRecords,
  type PutRecordsError,
  type PutRecordsErrorCode,
} from "../../src/index.ts";

const client = createKinesisClient({ region: "eu-west-1" });
const orders = createPutRecords({ client, streamName: "orders" });
const record: PutRecord = { partitionKey: "customer-7", data: new Uint8Array() };

describe("Delivery", () => {
  test("narrows on its status: only what is delivered has a place, only what failed has a reason", () => {
    const read = (delivery: Delivery): string => {
      expect(delivery.attempts).type.toBe<number>();
      expect(delivery.isAmbiguous).type.toBe<boolean>();
      expect(delivery).type.not.toHaveProperty("sequenceNumber");
      expect(delivery).type.not.toHaveProperty("reason");
      if (delivery.status === "delivered") {
        expect(delivery).type.toBe<Delivered>();
        expect(delivery).type.not.toHaveProperty("error");
        return delivery.sequenceNumber;
      }
      expect(delivery).type.toBe<Failed>();
      expect(delivery).type.not.toHaveProperty("shardId");
      expect(delivery.error).type.toBe<PutRecordsError>();
      return delivery.reason;
    };
    expect(read).type.toBe<(delivery: Delivery) => string>();
  });

  test("has reasons that a switch can exhaust", () => {
    const retryable = ({ reason }: Failed): boolean => {
      switch (reason) {
        case "throttled":
        case "internal":
        case "unknown":
        case "unavailable":
        case "expired":
        case "cancelled":
          return true;
        case "oversized":
        case "rejected":
          return false;
      }
    };
    expect(retryable).type.toBe<(failed: Failed) => boolean>();
  });

  test("says what its error concerns in four words that a switch can exhaust", () => {
    const isForGood = ({ error }: Failed): boolean => {
      switch (error.concerns) {
        case "record":
          return true;
        case "stream":
        case "caller":
        case "moment":
          return false;
      }
    };
    expect(isForGood).type.toBe<(failed: Failed) => boolean>();
  });

  test("cannot be changed by its reader", () => {
    expect<Delivered>().type.toBe<Readonly<Delivered>>();
    expect<Failed>().type.toBe<Readonly<Failed>>();
  });
});

describe("createPutRecords", () => {
  test("takes the SDK's client and the simulator's", () => {
    expect(createPutRecords).type.toBeCallableWith({ client, streamName: "orders" });
    expect(createPutRecords).type.toBeCallableWith({ client: new Kinesis().client(), streamArn: "arn:…" });
    expect<KinesisSender>().type.toBeAssignableFrom<KinesisClient>();
    expect(createPutRecords).type.not.toBeCallableWith({ streamName: "orders" });
    expect(createPutRecords).type.not.toBeCallableWith({ client: {}, streamName: "orders" });
  });

  test("takes options that may be undefined, as configuration often is", () => {
    expect(createPutRecords).type.toBeCallableWith({ client, streamName: "orders", lingerMs: undefined });
    expect(createPutRecords).type.toBeCallableWith({ client, streamName: "orders", ordering: "per-key" });
    expect(createPutRecords).type.not.toBeCallableWith({ client, streamName: "orders", ordering: "per-shard" });
    expect(createPutRecords).type.not.toBeCallableWith({ client, streamName: "orders", onAmbiguous: "ignore" });
    expect(createPutRecords).type.not.toBeCallableWith({ client, streamName: "orders", lingerMS: 5 });
    expect(createPutRecords).type.not.toBeCallableWith({ client, streamName: "orders", timeoutMs: "30s" });
  });

  test("takes any clock that can tell and wait, and hooks one by one", () => {
    const clock: Clock = { now: () => 0, setTimeout: () => 1, clearTimeout: () => undefined };
    expect(createPutRecords).type.toBeCallableWith({ client, streamName: "orders", clock });
    createPutRecords({
      client,
      streamName: "orders",
      hooks: {
        onAmbiguous: (report) => {
          expect(report.cause).type.toBe<"internal-failure" | "no-answer" | "malformed-answer">();
        },
        onThrottle: ({ shardId }) => {
          expect(shardId).type.toBe<string | undefined>();
        },
      },
    });
  });
});

describe("PutRecords", () => {
  test("resolves with one delivery for one record and with a list for a list", () => {
    expect(orders).type.toBe<PutRecords>();
    expect(orders.send(record)).type.toBe<Promise<Delivery>>();
    expect(orders.put([record])).type.toBe<Promise<Delivery[]>>();
    expect(orders.put([record] as const, { deadline: 1 })).type.toBe<Promise<Delivery[]>>();
  });

  test("takes bytes, not text, and needs a key", () => {
    expect<PutRecords["send"]>().type.toBeCallableWith({ partitionKey: "k", data: Buffer.from("{}") });
    expect<PutRecords["send"]>().type.toBeCallableWith({
      partitionKey: "k",
      data: new Uint8Array(),
      explicitHashKey: "0",
    });
    expect<PutRecords["send"]>().type.not.toBeCallableWith({ partitionKey: "k", data: "{}" });
    expect<PutRecords["send"]>().type.not.toBeCallableWith({ data: new Uint8Array() });
    expect<PutRecords["put"]>().type.not.toBeCallableWith(record);
  });

  test("waits for room or refuses, and nothing else", () => {
    expect<PutRecords["send"]>().type.toBeCallableWith(record, { onFull: "refuse", signal: AbortSignal.abort() });
    expect<PutRecords["send"]>().type.not.toBeCallableWith(record, { onFull: "drop" });
    expect<PutRecords["send"]>().type.not.toBeCallableWith(record, { deadline: new Date() });
  });
});

describe("errors", () => {
  test("have a code of the documented ones, each its own", () => {
    expect<PutRecordsError["code"]>().type.toBe<PutRecordsErrorCode>();
    expect<BackpressureError["code"]>().type.toBe<"PUT_RECORDS_BACKPRESSURE">();
    expect<PutRecordsError>().type.toBeAssignableTo<Error>();
  });
});
