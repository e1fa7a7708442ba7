import { describe, expect, test } from "@jest/globals";
import {
  breakdowns,
  counters,
  createDeliveryHooks,
  createTelemetry,
  distributions,
  type DistributionValue,
  type Histogram,
  MAX_METRIC_VALUE,
  MAX_METRICS_PER_DIRECTIVE,
  metricsOfService,
} from "../../src/index.ts";

interface Document extends Record<string, unknown> {
  _aws: unknown;
  eventAgeMs: DistributionValue;
  invalidBySchema: Record<string, number>;
}

function createRecorder() {
  const lines: string[] = [];
  const telemetry = createTelemetry({
    service: "enrichment",
    stage: "test",
    functionName: "millrace-test-enrichment",
    clock: { now: () => 1_700_000_000_000 },
    write: (line) => lines.push(line),
  });
  return { telemetry, lines, last: () => JSON.parse(lines.at(-1) ?? "{}") as Document };
}

describe("createTelemetry", () => {
  test("counts at a destination in a document of its own, and in the whole", () => {
    const { telemetry, lines } = createRecorder();
    telemetry.countAt("undelivered", "fraud", 2);
    telemetry.countAt("undelivered", "fraud");
    telemetry.countAt("undelivered", "marketing");
    telemetry.countAt("undelivered", "marketing", Number.NaN);
    telemetry.flush();
    const [whole, ...own] = lines.map((line) => JSON.parse(line) as Document);
    expect(whole).toMatchObject({ undelivered: 4, function: "millrace-test-enrichment" });
    expect(own).toEqual(
      [
        ["fraud", 3],
        ["marketing", 1],
      ].map(([destination, undelivered]) => ({
        _aws: {
          Timestamp: 1_700_000_000_000,
          CloudWatchMetrics: [
            {
              Namespace: "Millrace",
              Dimensions: [["service", "stage", "destination"]],
              Metrics: [{ Name: "undelivered" }],
            },
          ],
        },
        service: "enrichment",
        stage: "test",
        destination,
        undelivered,
      })),
    );
    telemetry.flush();
    expect(lines).toHaveLength(4);
  });

  test("writes one EMF document per flush, with the units CloudWatch needs", () => {
    const { telemetry, lines, last } = createRecorder();
    telemetry.count("eventsIn", 3);
    telemetry.count("eventsIn");
    telemetry.observe("eventAgeMs", 120);
    telemetry.observe("eventAgeMs", 80);
    telemetry.flush();
    expect(lines).toHaveLength(1);
    expect(last()).toEqual({
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: "Millrace",
            Dimensions: [["service", "stage", "function"]],
            Metrics: [{ Name: "eventsIn" }, { Name: "coldStart" }, { Name: "eventAgeMs" }],
          },
        ],
      },
      service: "enrichment",
      stage: "test",
      function: "millrace-test-enrichment",
      eventsIn: 4,
      coldStart: 1,
      eventAgeMs: [120, 80],
    });
  });

  test("declares no datum for a counter that is 0, and keeps it as a field", () => {
    const { telemetry, last } = createRecorder();
    telemetry.flush();
    telemetry.count("eventsIn", 2);
    telemetry.count("recordsFailed", 0);
    telemetry.flush();
    expect(last()).toMatchObject({ eventsIn: 2, recordsFailed: 0, coldStart: 0 });
    const { CloudWatchMetrics: directives } = last()._aws as { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
    expect(directives.map(({ Metrics }) => Metrics.map(({ Name }) => Name))).toEqual([["eventsIn"]]);
  });

  test("starts anew after a flush, and is cold once", () => {
    const { telemetry, last } = createRecorder();
    telemetry.count("badRows");
    telemetry.flush();
    telemetry.flush();
    expect(last()).not.toHaveProperty("badRows");
    expect(last().coldStart).toBe(0);
  });

  test("writes many values as a histogram with the count, the sum and the ends of all", () => {
    const { telemetry, last } = createRecorder();
    for (let age = 0; age < 20_000; age++) telemetry.observe("eventAgeMs", age % 2 === 0 ? age : 7);
    telemetry.flush();
    expect(last().eventAgeMs).toMatchObject({ Min: 0, Max: 19_998, Count: 20_000, Sum: 100_060_000 });
  });

  test("writes one value as a number, few as a list in their order, and repeated ones with their counts", () => {
    const { telemetry, last } = createRecorder();
    const write = (...values: number[]): DistributionValue => {
      for (const value of values) telemetry.observe("eventAgeMs", value);
      telemetry.flush();
      return last().eventAgeMs;
    };
    expect(write(7)).toBe(7);
    expect(write(7, -3, 0)).toEqual([7, -3, 0]);
    expect(write(...Array<number>(90).fill(1_234), ...Array<number>(60).fill(-5), 0)).toEqual({
      Values: [-5, 0, 1_234],
      Counts: [60, 1, 90],
      Max: 1_234,
      Min: -5,
      Count: 151,
      Sum: 110_760,
    });
  });

  test("gives integers that are too many to be counts the width of other values", () => {
    const { telemetry, last } = createRecorder();
    for (let age = 0; age < 400; age++) telemetry.observe("eventAgeMs", 1 + (age % 100));
    telemetry.flush();
    const { Values } = last().eventAgeMs as Histogram;
    expect(Values.length).toBeLessThan(50);
    expect(Values.slice(0, 4)).toEqual([1, 2, 3, 4]);
  });

  test("leaves out what CloudWatch takes for no number, which would cost the whole document", () => {
    const { telemetry, last } = createRecorder();
    telemetry.observe("eventAgeMs", Number.NaN);
    telemetry.observe("eventAgeMs", Number.POSITIVE_INFINITY);
    telemetry.observe("eventAgeMs", -2 * MAX_METRIC_VALUE);
    telemetry.count("eventsIn", Number.NaN);
    telemetry.flush();
    expect(last()).not.toHaveProperty("eventAgeMs");
    expect(last()).not.toHaveProperty("eventsIn");
  });

  test("adds the keys of a breakdown beyond the limit up under `other`", () => {
    const { telemetry, last } = createRecorder();
    for (let index = 0; index < 60; index++) telemetry.countBy("invalidBySchema", `schema-${index}`);
    telemetry.countBy("invalidBySchema", "schema-0");
    telemetry.flush();
    expect(Object.keys(last().invalidBySchema)).toHaveLength(51);
    expect(last().invalidBySchema).toMatchObject({ "schema-0": 2, other: 10 });
  });

  test("cannot declare more metrics than a directive takes, nor a breakdown as a metric", () => {
    expect(Object.keys(counters).length + Object.keys(distributions).length).toBeLessThan(MAX_METRICS_PER_DIRECTIVE);
    const { telemetry, last } = createRecorder();
    telemetry.countBy("badRowsByKind", "not-json");
    telemetry.flush();
    expect(JSON.stringify(last()._aws)).not.toContain("badRowsByKind");
  });

  test("keeps a key such as __proto__ as a key", () => {
    const { telemetry, lines } = createRecorder();
    telemetry.countBy("invalidBySchema", "__proto__", 2);
    telemetry.flush();
    expect(lines[0]).toContain('"__proto__":2');
  });
});

test("fields that nobody watches are declared as no metric", () => {
  const { telemetry, last } = createRecorder();
  telemetry.count("recordsOut", 3);
  telemetry.observe("recordsPerCall", 3);
  telemetry.count("eventsIn", 1);
  telemetry.flush();
  expect(last()).toMatchObject({ recordsOut: 3, recordsPerCall: 3 });
  expect(JSON.stringify(last()._aws)).toContain('"Metrics":[{"Name":"eventsIn"},{"Name":"coldStart"}]');
});

test("ages of canaries by route are documents of their own, the longest of each", () => {
  const { telemetry, lines } = createRecorder();
  telemetry.observeRoute("shop/clicks", 300);
  telemetry.observeRoute("shop/clicks", 700);
  telemetry.observeRoute("shop/views", 5);
  telemetry.flush();
  telemetry.flush();
  const ofRoutes = lines.map((line) => JSON.parse(line) as Document).filter((document) => "route" in document);
  expect(ofRoutes.map((document): unknown[] => [document["route"], document["canaryAgeMs"]])).toEqual([
    ["shop/clicks", 700],
    ["shop/views", 5],
  ]);
  expect(ofRoutes[0]?._aws).toMatchObject({
    CloudWatchMetrics: [
      {
        Namespace: "Millrace",
        Dimensions: [["service", "stage", "route"]],
        Metrics: [{ Name: "canaryAgeMs" }],
      },
    ],
  });
});

test("every metric and every breakdown is written by a function, and none is there twice", () => {
  const written = Object.values(metricsOfService).flat();
  const named = [counters, distributions, breakdowns].flatMap((names) => Object.keys(names));
  expect([...new Set<string>(written)].sort()).toEqual(named.sort());
  for (const names of Object.values(metricsOfService)) expect(new Set(names).size).toBe(names.length);
});

test("the hooks of a PutRecords client count calls by their records, and what shards refused", () => {
  const { telemetry, last } = createRecorder();
  const hooks = createDeliveryHooks(telemetry);
  hooks.onRequest({ records: 500 });
  hooks.onThrottle({ records: 20 });
  hooks.onRequest({ records: 20 });
  hooks.onThrottle({ records: 3 });
  telemetry.flush();
  expect(last()).toMatchObject({ recordsPerCall: [500, 20], throttledAttempts: 23 });
});
