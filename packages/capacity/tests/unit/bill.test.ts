import { expect, test } from "@jest/globals";
import { billOf, streamDollars, type StreamMode } from "../../src/model/bill.ts";
import { withRecordsOf } from "../../src/model/mix.ts";
import type { Plant } from "../../src/stack/plant.ts";
import { evenMix, sampleMix, smallPlant, stream } from "../support/small-plant.ts";

/** 1,000 events a second are 2,628 million in a month of 730 hours. */
const EVENTS = 2_628e6;

const dollarsOf = (plant: Plant, part: string, mix = evenMix): number | undefined =>
  billOf(plant, mix, 1_000).lines.find((line) => line.part === part)?.dollars;

test("each part of the bill is its quantity at its list price", () => {
  // Four shards; units of three streams, one of which gets half of the events.
  expect(dollarsOf(smallPlant, "Kinesis shards")).toBeCloseTo(4 * 730 * 0.015);
  expect(dollarsOf(smallPlant, "Kinesis PUT units")).toBeCloseTo(2.5 * 2_628 * 0.014);
  expect(dollarsOf(smallPlant, "Kinesis retention")).toBe(0);
  expect(dollarsOf(smallPlant, "Firehose")).toBeCloseTo(((EVENTS * 5_120) / 1e9) * 0.029);
  expect(dollarsOf(smallPlant, "Event service")).toBeCloseTo(2 * 730 * 0.0408);
  expect(dollarsOf(smallPlant, "Snowpipe")).toBeCloseTo(((EVENTS * 1_024) / 1e9) * 0.0037 * 3);
  // Ten invocations a second of each function; 20 ms and 100 events of 0.1 ms each, at 1,769 MiB.
  const seconds = 20 * 730 * 3_600 * 0.03;
  expect(dollarsOf(smallPlant, "Lambda")).toBeCloseTo(52.56 * 0.2 + seconds * (1_769 / 1_024) * 0.0000133334);
});

test("retention beyond a day, firewall, queues and alarms are billed where there are any", () => {
  const plant: Plant = {
    ...smallPlant,
    streams: [stream("raw", "raw", { retentionHours: 168, shards: 3 }), stream("enriched", "enriched")],
    messageDestinations: [
      { name: "points", kind: "sqs", share: 0.1 },
      { name: "bus", kind: "eventbridge", share: 0.1 },
    ],
    firewallRules: 2,
    monitoring: { alarms: 2, alarmMetrics: 7, dashboards: 1, measuredRoutes: 3 },
  };
  expect(dollarsOf(plant, "Kinesis retention")).toBeCloseTo(3 * 730 * 0.02);
  expect(dollarsOf(plant, "Queues and buses")).toBeCloseTo(262.8 * 0.4 + 262.8);
  expect(dollarsOf(plant, "Web firewall")).toBeCloseTo(5 + 2 + 262.8 * 0.6);
  const watched =
    (dollarsOf(plant, "Monitoring") ?? 0) -
    (dollarsOf({ ...plant, monitoring: smallPlant.monitoring }, "Monitoring") ?? 0);
  // A metric for each measured route, and the four of the function that sends canaries.
  expect(watched).toBeCloseTo(7 * 0.1 + 3 + (3 + 4) * 0.3);
});

test("the sum is by month and by million events", () => {
  const bill = billOf(smallPlant, evenMix, 1_000);
  expect(bill.dollarsPerMonth).toBeCloseTo(bill.lines.reduce((sum, { dollars }) => sum + dollars, 0));
  expect(bill.dollarsPerMillion).toBeCloseTo(bill.dollarsPerMonth / 2_628);
});

test("streams on demand are billed by whole kilobytes in, bytes out and hours of streams", () => {
  const of = (mode: StreamMode, rate = 1_000): number => streamDollars(smallPlant, evenMix, rate * 2_628e3, 730, mode);
  // In: 1 KiB of raw, 1 of enriched, half of that to orders. Out: 512 bytes, 2 times 1,024, and half of 1,024.
  const [gigabytesIn, gigabytesOut] = [(EVENTS * 2_560) / 1e9, (EVENTS * 3_072) / 1e9];
  const standard = gigabytesIn * 0.08 + gigabytesOut * 0.04;
  expect(of("on-demand Standard")).toBeCloseTo(4 * 730 * 0.04 + standard);
  // 25 MiB/s each way are committed to; 100 times the traffic is beyond them.
  const committed = (25 * 1_048_576 * 730 * 3_600) / 1e9;
  expect(of("on-demand Advantage")).toBeCloseTo(committed * 0.12 * 0.4);
  expect(of("on-demand Advantage", 100_000)).toBeCloseTo(standard * 100 * 0.4);
});

test("one event a record costs more than packed ones, in units of Kinesis and of Firehose", () => {
  const part = (name: string, eventsPerRecord: number): number =>
    dollarsOf(smallPlant, name, withRecordsOf(sampleMix, eventsPerRecord)) ?? 0;
  expect(part("Firehose", 1) / part("Firehose", 20)).toBeGreaterThan(2.5);
  expect(part("Kinesis PUT units", 1)).toBeGreaterThan(3 * part("Kinesis PUT units", 20));
});
