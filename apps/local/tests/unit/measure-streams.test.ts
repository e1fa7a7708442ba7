import { expect, test } from "@jest/globals";
import { createRandom, Kinesis, VirtualClock } from "@millrace/aws-simulator";
import { takeBaseline } from "../../src/report/baseline.ts";
import { measureStreams } from "../../src/report/observe-streams.ts";

test("a report counts the records of its own run, their lines, and what is billed for them", async () => {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock, random: createRandom("sizes") });
  kinesis.createStream({ streamName: "raw", shardCount: 1 });
  kinesis.createStream({ streamName: "orders", shardCount: 1 });
  const put = (text: string) =>
    kinesis.putRecords({ StreamName: "raw", Records: [{ Data: Buffer.from(text), PartitionKey: "k" }] });
  put("of an earlier run\n");
  await clock.runFor(5);
  const baseline = takeBaseline(kinesis, clock.now());
  put(`${"a".repeat(1_023)}\n`);
  put("b\nc\n");
  put("no line at all");
  await clock.runFor(5);
  expect(measureStreams(kinesis, baseline)).toEqual({
    raw: {
      records: 3,
      events: 4,
      bytes: 1_024 + 4 + 14,
      lineBytes: 1_024 + 4 + 14,
      payloadUnits: 3,
      onDemandBytes: 3 * 1_024,
      firehoseBytes: 3 * 5_120,
    },
    orders: { records: 0, events: 0, bytes: 0, lineBytes: 0, payloadUnits: 0, onDemandBytes: 0, firehoseBytes: 0 },
  });
});
