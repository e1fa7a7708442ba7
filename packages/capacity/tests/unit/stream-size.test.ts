import { expect, test } from "@jest/globals";
import { packed, perEvent, StreamMeter } from "../../src/model/stream-size.ts";

test("a record is billed as whole units of 25 KB, 1 KiB and 5 KiB", () => {
  const meter = new StreamMeter();
  meter.add(800, 1);
  meter.add(25_001, 3);
  expect(meter.size).toEqual({
    records: 2,
    events: 4,
    bytes: 25_801,
    lineBytes: 25_801,
    payloadUnits: 3,
    onDemandBytes: 1_024 + 25 * 1_024,
    firehoseBytes: 5_120 + 5 * 5_120,
  });
  expect(perEvent(meter.size)).toMatchObject({ records: 0.5, events: 1, payloadUnits: 0.75 });
});

test("twenty events that share a record share what the record is rounded up by", () => {
  // 32,280 bytes are 2 units of 25 KB, 32 KiB, and 7 times 5 KiB.
  expect(packed(1_614, 20)).toEqual({
    records: 0.05,
    events: 1,
    bytes: 1_614,
    lineBytes: 1_614,
    payloadUnits: 0.1,
    onDemandBytes: 1_638.4,
    firehoseBytes: 1_792,
  });
});
