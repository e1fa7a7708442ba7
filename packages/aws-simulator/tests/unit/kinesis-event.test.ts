import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRecordMeasure, toStreamRecord } from "../../src/lambda/kinesis-event.ts";

const source = {
  streamArn: "arn:aws:kinesis:eu-west-1:000000000000:stream/orders",
  region: "eu-west-1",
  shardId: "shardId-000000000003",
  invokeIdentityArn: "arn:aws:iam::000000000000:role/lambda-role",
};

describe("the size of a record in an event", () => {
  test("is what its JSON takes, whatever its key and its data are", () => {
    const measure = createRecordMeasure(source);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.uint8Array(), fc.nat(), fc.date(), (key, data, number, arrival) => {
        fc.pre(!Number.isNaN(arrival.getTime()));
        const record = {
          Data: data,
          dataBase64: Buffer.from(data).toString("base64"),
          PartitionKey: key,
          SequenceNumber: String(number),
          ApproximateArrivalTimestamp: arrival,
          sizeBytes: data.byteLength + Buffer.byteLength(key),
        };
        expect(measure(record)).toBe(Buffer.byteLength(JSON.stringify(toStreamRecord(record, source))));
      }),
    );
  });
});
