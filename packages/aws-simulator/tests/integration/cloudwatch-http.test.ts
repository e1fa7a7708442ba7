/** The unmodified CloudWatch client against the front end. */
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { CloudWatch, type AlarmOptions, MetricStore, startServiceServer } from "../../src/index.ts";

const minuteMs = 60_000;
/** A whole number of five-minute periods. */
const startMs = Date.UTC(2026, 0, 5, 12);
const written = { namespace: "AWS/Kinesis", metricName: "IncomingRecords", dimensions: { StreamName: "raw" } };
const refused = { ...written, metricName: "WriteProvisionedThroughputExceeded" };

const alarm = (alarmName: string): AlarmOptions => ({
  alarmName,
  description: "[page] The stream refuses records.",
  metrics: { r: { ...refused, statistic: "Sum" } },
  expression: "r",
  periodSeconds: 300,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  threshold: 0,
  comparisonOperator: "GreaterThanThreshold",
  treatMissingData: "notBreaching",
});

let nowMs: number;
let store: MetricStore;
let cloudWatch: CloudWatch;
let server: Awaited<ReturnType<typeof startServiceServer>>;
let client: CloudWatchClient;

beforeEach(async () => {
  nowMs = startMs;
  store = new MetricStore();
  const clock = { now: () => nowMs, setTimeout, clearTimeout };
  cloudWatch = new CloudWatch({ store, alarms: ["m-raw-throttled", "m-other", "x-other"].map(alarm), clock });
  server = await startServiceServer(cloudWatch);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = new CloudWatchClient({ endpoint: server.url, region: "eu-west-1", credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const stat = (id: string, { namespace, metricName, dimensions }: typeof written, isReturned = true) => ({
  Id: id,
  ReturnData: isReturned,
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: metricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: 60,
    Stat: "Sum",
  },
});

test("GetMetricData gives the periods that have a value, and expressions over them", async () => {
  store.put(written, 30, startMs);
  store.put(written, 12, startMs + 2 * minuteMs);
  store.put(refused, 3, startMs + 2 * minuteMs);
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(startMs),
      EndTime: new Date(startMs + 3 * minuteMs),
      ScanBy: "TimestampAscending",
      MetricDataQueries: [
        stat("w", written),
        stat("r", refused, false),
        { Id: "share", Expression: "100 * FILL(r, 0) / (FILL(r, 0) + w)" },
      ],
    }),
  );
  expect(MetricDataResults?.map(({ Id, Timestamps, Values }) => ({ Id, Timestamps, Values }))).toEqual([
    { Id: "w", Timestamps: [new Date(startMs), new Date(startMs + 2 * minuteMs)], Values: [30, 12] },
    { Id: "share", Timestamps: [new Date(startMs), new Date(startMs + 2 * minuteMs)], Values: [0, 20] },
  ]);
});

test("DescribeAlarms pages through the alarms of a prefix, each with its state", async () => {
  store.put(refused, 3, startMs + minuteMs);
  nowMs = startMs + 5 * minuteMs;
  cloudWatch.evaluate();
  const first = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: "m-", MaxRecords: 1 }));
  const second = await client.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: "m-", MaxRecords: 1, NextToken: first.NextToken }),
  );
  expect([first, second].map(({ MetricAlarms }) => MetricAlarms?.map((found) => found.AlarmName))).toEqual([
    ["m-raw-throttled"],
    ["m-other"],
  ]);
  expect(second.NextToken).toBeUndefined();
  expect(first.MetricAlarms?.[0]).toMatchObject({
    StateValue: "ALARM",
    StateTransitionedTimestamp: new Date(nowMs),
    MetricName: "WriteProvisionedThroughputExceeded",
    Dimensions: [{ Name: "StreamName", Value: "raw" }],
  });
});

test("DescribeAlarmHistory tells when an alarm began and when it was over", async () => {
  store.put(refused, 3, startMs + minuteMs);
  for (const minutes of [5, 10, 15]) {
    nowMs = startMs + minutes * minuteMs;
    cloudWatch.evaluate();
  }
  const { AlarmHistoryItems = [] } = await client.send(
    new DescribeAlarmHistoryCommand({ StartDate: new Date(startMs), HistoryItemType: "StateUpdate" }),
  );
  const changes = AlarmHistoryItems.filter(({ AlarmName }) => AlarmName === "m-other");
  expect(changes.map(({ Timestamp, HistorySummary }) => [Timestamp?.getTime(), HistorySummary])).toEqual([
    [startMs + 10 * minuteMs, "Alarm updated from ALARM to OK"],
    [startMs + 5 * minuteMs, "Alarm updated from OK to ALARM"],
  ]);
});

test("an operation or option that is not modelled is refused, never ignored", async () => {
  await expect(client.send(new PutMetricDataCommand({ Namespace: "n", MetricData: [] }))).rejects.toThrow(
    "does not model PutMetricData",
  );
  await expect(client.send(new DescribeAlarmsCommand({ StateValue: "ALARM" }))).rejects.toThrow(
    "does not model StateValue",
  );
});
