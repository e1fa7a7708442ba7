import { afterEach, expect, test } from "@jest/globals";
import { Kinesis, MetricStore, VirtualClock } from "@millrace/aws-simulator";
import type { AlarmSettings, Topology } from "@millrace/topology";
import { AlarmWatch } from "../../src/status/alarm-watch.ts";

const periodMs = 300_000;
const busy: AlarmSettings = {
  severity: "ticket",
  alarmName: "raw-busy",
  description: "[ticket] Many records.",
  metrics: {
    value: {
      namespace: "AWS/Kinesis",
      metricName: "IncomingRecords",
      dimensions: { StreamName: "raw" },
      statistic: "Sum",
    },
  },
  expression: "value",
  periodSeconds: periodMs / 1_000,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  threshold: 5,
  comparisonOperator: "GreaterThanThreshold",
  treatMissingData: "notBreaching",
};
const topology: Topology = {
  streams: [
    { name: "raw", arn: "raw", mode: "PROVISIONED", shardCount: 1, retentionHours: 24, maxRecordBytes: undefined },
  ],
  ...{ functions: [], mappings: [], deliveryStreams: [], buckets: [], objects: [], secrets: [] },
  ...{
    destinations: [],
    schedules: [],
    tables: [],
    dynamicTables: [],
    views: [],
    pipes: [],
    loaderTopics: undefined,
    objectives: undefined,
  },
  pipelineStreams: { raw: "raw", enriched: "raw", badRows: "raw" },
  alarms: [busy],
};
const assembly = { functions: new Map(), mappings: [], deliveries: [], pipes: new Map(), schedules: [] };

const destinations = { metricsOf: () => [] };

let watch: AlarmWatch | undefined;
afterEach(() => watch?.stop());

test("an alarm is told when it begins to fire and when it is over, and stands first meanwhile", () => {
  const kinesis = new Kinesis({ clock: new VirtualClock() });
  kinesis.createStream({ streamName: "raw", shardCount: 1 });
  const told: string[] = [];
  watch = new AlarmWatch(
    { topology, assembly, kinesis, destinations, onChange: (message) => told.push(message) },
    new MetricStore(),
  );
  watch.follow({ ...topology, alarms: [{ ...busy, alarmName: "another", threshold: 1_000, severity: "page" }, busy] });
  // The first whole period after the start.
  const beginMs = Math.ceil(Date.now() / periodMs) * periodMs;
  const Records = Array.from({ length: 6 }, () => ({ PartitionKey: "a", Data: Buffer.from("{}") }));
  kinesis.putRecords({ StreamName: "raw", Records });
  watch.look(beginMs);
  expect(told).toEqual([]);
  watch.look(beginMs + periodMs);
  expect(told).toEqual(["alarm raw-busy: [ticket] Many records."]);
  expect(watch.statuses()).toEqual([
    {
      name: "raw-busy",
      state: "ALARM",
      severity: "ticket",
      description: "[ticket] Many records.",
      sinceMs: beginMs + periodMs,
    },
    { name: "another", state: "OK", severity: "page", description: "[ticket] Many records." },
  ]);
  watch.look(beginMs + 2 * periodMs);
  expect(told.slice(1)).toEqual(["alarm raw-busy is over."]);
});
