import { expect, test } from "@jest/globals";
import { CapacityError } from "../../src/errors.ts";
import { mixOf, sampleMix, withRecordsOf } from "../../src/model/mix.ts";
import type { StreamSize } from "../../src/model/stream-size.ts";

const size = (records: number, events: number, bytes: number): StreamSize => ({
  records,
  events,
  bytes,
  lineBytes: bytes,
  payloadUnits: records,
  onDemandBytes: bytes,
  firehoseBytes: bytes,
});
const report = {
  accepted: 10,
  badRows: 1,
  streams: {
    "millrace-local-raw": size(5, 10, 8_000),
    "millrace-local-enriched": size(5, 9, 18_000),
    "millrace-local-bad-rows": size(1, 1, 3_000),
    "millrace-local-orders": size(3, 3, 6_000),
    "millrace-local-clicks": size(2, 2, 2_000),
    "millrace-local-idle": size(0, 0, 0),
  },
};

test("a report gives the size of an event in each kind of stream and the share of each destination", () => {
  const mix = mixOf(report, "report.json");
  expect(mix).toMatchObject({ from: "report.json", badRowShare: 0.1, shares: { orders: 0.3, clicks: 0.2, idle: 0 } });
  expect([mix.raw.bytes, mix.enriched.bytes, mix.destination.bytes, mix.badRow.bytes]).toEqual([
    800, 2_000, 1_600, 3_000,
  ]);
  expect([mix.raw.records, mix.destination.records]).toEqual([0.5, 1]);
});

test("a report without bad rows supposes some of two enriched events, and none of them", () => {
  const { "millrace-local-bad-rows": _none, ...streams } = report.streams;
  expect(mixOf({ accepted: 10, badRows: 0, streams }, "x")).toMatchObject({ badRowShare: 0, badRow: { bytes: 4_000 } });
});

test("a report without sizes is refused with the command that makes one", () => {
  expect(() => mixOf({ accepted: 1, badRows: 0, streams: {} }, "old.json")).toThrow(CapacityError);
  expect(() => mixOf({ accepted: 1, badRows: 0, streams: {} }, "old.json")).toThrow(
    /old\.json: has no events.*pnpm start/,
  );
});

test("packing changes the records of the inner streams and not those of destinations", () => {
  const mix = withRecordsOf(sampleMix, 4);
  expect([mix.raw.records, mix.enriched.records, mix.destination.records]).toEqual([0.25, 0.25, 1]);
  expect(mix.raw.bytes).toBe(sampleMix.raw.bytes);
});
