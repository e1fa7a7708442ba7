import { describe, expect, test } from "@jest/globals";
import {
  Alarm,
  type AlarmOptions,
  compileMetricMath,
  type MetricName,
  MetricStore,
  readEmbeddedMetrics,
  type Statistic,
} from "../../src/index.ts";

const minute = 60_000;
const period = 5 * minute;
const records: MetricName = {
  namespace: "AWS/Kinesis",
  metricName: "IncomingRecords",
  dimensions: { StreamName: "raw" },
};
const invocations: MetricName = {
  namespace: "AWS/Lambda",
  metricName: "Invocations",
  dimensions: { FunctionName: "f" },
};

describe("metric math", () => {
  const evaluate = (text: string, values: Readonly<Record<string, number>> = {}) =>
    compileMetricMath(text)((id) => values[id]);

  test.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["8 / 2 / 2", 2],
    ["7 - 2 - 1", 4],
    ["a > 3", 0],
    ["a >= 2 AND b != 2", 1],
    ["a == 3 OR b == 1", 1],
    ["a == 3 || b == 2 && a == 2", 0],
    ["IF(a > 1, b, 5)", 1],
    ["IF(a > 2, b, 5)", 5],
    ["FILL(missing, 0) + a", 2],
    ["FILL(a, 9)", 2],
    ["100 * FILL(a, 0) / (FILL(a, 0) + FILL(missing, 0))", 100],
  ])("%s is %d", (text, value) => {
    expect(evaluate(text, { a: 2, b: 1 })).toBe(value);
  });

  test.each(["missing + 1", "missing > 0", "IF(missing, 1, 0)", "1 / 0", "a / (a - 2)"])("%s has no value", (text) => {
    expect(evaluate(text, { a: 2 })).toBeUndefined();
  });

  test.each([
    ["RATE(a)", "RATE(a)", 1],
    ["FILL(a, REPEAT)", "number", 9],
    ["a b", "the end", 3],
    ["IF(a, 1)", ",", 8],
    ["a ? b", "operator", 2],
    ["(a", ")", 3],
    ["", "a number", 1],
  ])("%j is refused", (text, part, character) => {
    expect(() => compileMetricMath(text)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(() => compileMetricMath(text)).toThrow(part);
    expect(() => compileMetricMath(text)).toThrow(`character ${character}`);
  });
});

describe("a metric store", () => {
  test("gives statistics of the values in whole minutes", () => {
    const store = new MetricStore();
    [1, 2, 3, 10].forEach((value, index) => store.put(records, value, index * minute));
    expect(store.statistic(records, "Sum", 0, 3 * minute)).toBe(6);
    expect(store.statistic(records, "Maximum", 0, 4 * minute)).toBe(10);
    expect(store.statistic(records, "Minimum", minute, 4 * minute)).toBe(2);
    expect(store.statistic(records, "Average", 0, 4 * minute)).toBe(4);
    expect(store.statistic(records, "SampleCount", 0, 4 * minute)).toBe(4);
    expect(store.statistic(records, "p50", 0, 4 * minute)).toBe(2);
    expect(store.statistic(records, "p99", 0, 4 * minute)).toBe(10);
    expect(store.statistic(records, "Sum", 5 * minute, 9 * minute)).toBeUndefined();
    expect(store.statistic(invocations, "Sum", 0, 4 * minute)).toBeUndefined();
  });

  test("tells metrics apart by their dimensions, in any order", () => {
    const store = new MetricStore();
    const of = (dimensions: Record<string, string>): MetricName => ({ ...records, dimensions });
    store.put(of({ a: "1", b: "2" }), 1, 0);
    expect(store.statistic(of({ b: "2", a: "1" }), "Sum", 0, minute)).toBe(1);
    expect(store.statistic(of({ a: "1" }), "Sum", 0, minute)).toBeUndefined();
  });

  test("reads the metrics of a line in the embedded metric format, and no other line", () => {
    const store = new MetricStore();
    const line = {
      _aws: {
        Timestamp: 0,
        CloudWatchMetrics: [
          { Namespace: "Millrace", Dimensions: [["service"]], Metrics: [{ Name: "eventsIn" }, { Name: "ageMs" }] },
        ],
      },
      service: "router",
      eventsIn: 7,
      ageMs: [1, 2],
      other: 5,
    };
    for (const text of [JSON.stringify(line), '{"_aws":', "plain", '{"_aws":{}}'.slice(0, 8)]) store.putLine(text);
    const metric = (metricName: string) => ({ namespace: "Millrace", metricName, dimensions: { service: "router" } });
    expect(store.statistic(metric("eventsIn"), "Sum", 0, minute)).toBe(7);
    expect(store.statistic(metric("ageMs"), "SampleCount", 0, minute)).toBe(2);
    expect(store.statistic(metric("other"), "Sum", 0, minute)).toBeUndefined();
    expect(readEmbeddedMetrics(JSON.stringify(line))).toEqual(line);
    expect(readEmbeddedMetrics(JSON.stringify(line).slice(0, -4))).toBeUndefined();
    expect(readEmbeddedMetrics('{"level":"info","eventsIn":3}')).toBeUndefined();
  });

  describe("of a document with a histogram", () => {
    const metric = (metricName: string) => ({ namespace: "Millrace", metricName, dimensions: { service: "router" } });
    const read = (...ages: unknown[]): MetricStore => {
      const store = new MetricStore();
      for (const ageMs of ages) {
        const directive = {
          Namespace: "Millrace",
          Dimensions: [["service"]],
          Metrics: [{ Name: "eventsIn" }, { Name: "ageMs" }],
        };
        const _aws = { Timestamp: 0, CloudWatchMetrics: [directive] };
        store.putLine(JSON.stringify({ _aws, service: "router", eventsIn: 7, ageMs }));
      }
      return store;
    };
    const histogram = { Values: [-5, 0, 100, 900], Counts: [1, 2, 90, 7], Max: 930, Min: -6, Count: 100, Sum: 15_300 };

    test("gives the statistics of all that it counts", () => {
      const store = read(histogram);
      const statistic = (name: Statistic) => store.statistic(metric("ageMs"), name, 0, minute);
      expect(statistic("SampleCount")).toBe(100);
      expect(statistic("Sum")).toBe(15_300);
      expect(statistic("Average")).toBe(153);
      expect(statistic("Minimum")).toBe(-6);
      expect(statistic("Maximum")).toBe(930);
      expect([statistic("p1"), statistic("p3"), statistic("p50"), statistic("p93"), statistic("p94")]).toEqual([
        -5, 0, 100, 100, 900,
      ]);
    });

    test("adds it to numbers and lists of other documents, whatever the count of a histogram says", () => {
      const store = read(50, [10, 20], { ...histogram, Count: 1 });
      expect(store.statistic(metric("ageMs"), "SampleCount", 0, minute)).toBe(103);
      expect(store.statistic(metric("ageMs"), "Sum", 0, minute)).toBe(15_380);
      expect(store.statistic(metric("ageMs"), "p4", 0, minute)).toBe(20);
    });

    test("keeps few of the values that it counts, and percentiles as they are", () => {
      const store = read({ Values: [1, 2], Counts: [99_000, 1_000], Max: 2, Min: 1, Count: 100_000, Sum: 101_000 });
      expect(store.statistic(metric("ageMs"), "SampleCount", 0, minute)).toBe(100_000);
      expect(store.statistic(metric("ageMs"), "p98", 0, minute)).toBe(1);
      expect(store.statistic(metric("ageMs"), "p99.9", 0, minute)).toBe(2);
    });

    const many = Array.from({ length: 101 }, (_, index) => index);
    test.each([
      ["counts that are fewer than its values", { ...histogram, Counts: [1, 2, 90] }],
      ["no counts", { ...histogram, Counts: undefined }],
      ["a count below 0", { ...histogram, Counts: [1, -2, 90, 7] }],
      ["more than a hundred values", { ...histogram, Values: many, Counts: many }],
      ["a value that is no number", { ...histogram, Values: [-5, null, 100, 900] }],
      ["a sum that is no number", { ...histogram, Sum: "1" }],
      ["no maximum", { ...histogram, Max: undefined }],
    ])("takes none of the metrics of a document whose histogram has %s", (_, broken) => {
      const store = read(broken);
      expect(store.statistic(metric("ageMs"), "SampleCount", 0, minute)).toBeUndefined();
      expect(store.statistic(metric("eventsIn"), "Sum", 0, minute)).toBeUndefined();
    });

    test.each([
      ["a text", "7"],
      ["null", null],
      ["a list of more than a hundred", many],
      ["a list with a text", [1, "2"]],
    ])("takes none of the metrics of a document with %s in the place of a number", (_, broken) => {
      expect(read(broken).statistic(metric("eventsIn"), "Sum", 0, minute)).toBeUndefined();
    });

    test("takes the others of a document that lacks one", () => {
      expect(read(undefined).statistic(metric("eventsIn"), "Sum", 0, minute)).toBe(7);
    });
  });

  test("keeps few of many values, and a percentile near that of all", () => {
    const store = new MetricStore();
    for (let value = 0; value < 100_000; value += 1) store.put(records, value, 0);
    expect(store.statistic(records, "SampleCount", 0, minute)).toBe(100_000);
    expect(store.statistic(records, "Maximum", 0, minute)).toBe(99_999);
    expect(Math.abs((store.statistic(records, "p50", 0, minute) ?? 0) - 50_000)).toBeLessThan(1_000);
    expect(Math.abs((store.statistic(records, "p99", 0, minute) ?? 0) - 99_000)).toBeLessThan(1_000);
  });

  test("forgets what is older than it keeps", () => {
    const store = new MetricStore(10 * minute);
    store.put(records, 1, 0);
    store.put(records, 1, 11 * minute);
    expect(store.statistic(records, "Sum", 0, 12 * minute)).toBe(1);
    store.keepFor(minute);
    store.put(records, 1, 13 * minute);
    expect(store.statistic(records, "Sum", 0, 14 * minute)).toBe(1);
  });
});

describe("an alarm", () => {
  const options: AlarmOptions = {
    alarmName: "not-invoked",
    description: "",
    metrics: { given: { ...records, statistic: "Sum" }, absent: { ...invocations, statistic: "Sum" } },
    expression: "IF(FILL(given, 0) > 0 AND FILL(absent, 0) == 0, 1, 0)",
    periodSeconds: 300,
    evaluationPeriods: 2,
    datapointsToAlarm: 2,
    threshold: 0,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
  };

  test("looks at whole periods only, and fires when enough of them breach", () => {
    const alarm = new Alarm(options);
    const store = new MetricStore();
    for (let at = 0; at < 3 * period; at += minute) store.put(records, 1, at);
    expect(alarm.evaluate(store, period)).toBe("OK");
    expect(alarm.evaluate(store, 2 * period - 1)).toBe("OK");
    expect(alarm.evaluate(store, 2 * period)).toBe("ALARM");
    store.put(invocations, 1, 2 * period + 1);
    expect(alarm.evaluate(store, 3 * period)).toBe("OK");
  });

  test("treats a period without a value as it is told, and leaves out those before the beginning", () => {
    const silence: AlarmOptions = {
      ...options,
      metrics: { value: { ...records, statistic: "Sum" } },
      expression: "value",
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
    };
    const store = new MetricStore();
    expect(new Alarm(silence).evaluate(store, 4 * period)).toBe("ALARM");
    expect(new Alarm(silence).evaluate(store, 4 * period, 3 * period)).toBe("OK");
    expect(new Alarm({ ...silence, treatMissingData: "notBreaching" }).evaluate(store, 4 * period)).toBe("OK");
  });

  test("finds what it looks at in a store that keeps as long as it says", () => {
    const alarm = new Alarm({ ...options, datapointsToAlarm: 2 });
    const store = new MetricStore(alarm.lookBackMs);
    for (let at = 0; at < 3 * period; at += minute) store.put(records, 1, at);
    expect(alarm.evaluate(store, 3 * period - 1)).toBe("ALARM");
    expect(store.statistic(records, "Sum", 0, period)).toBe(5);
    expect(new Alarm(options).lookBackMs).toBe(3 * period);
  });

  test("over hours remembers the periods that its store has forgotten, and counts late values for ten minutes", () => {
    const burn: AlarmOptions = {
      ...options,
      metrics: { value: { ...records, statistic: "Sum" } },
      expression: "value",
      ...{ evaluationPeriods: 72, datapointsToAlarm: 2 },
    };
    const alarm = new Alarm(burn);
    const store = new MetricStore(alarm.lookBackMs);
    expect(alarm.lookBackMs).toBe(4 * period);
    const look = (at: number) => alarm.evaluate(store, at, 0);
    store.put(records, 1, 0);
    for (let at = period; at <= 40 * period; at += minute) {
      store.put(invocations, 1, at);
      store.put({ ...records, metricName: "other" }, 1, at);
      expect(look(at)).toBe("OK");
    }
    // The second bad period; its value comes late.
    expect(look(41 * period)).toBe("OK");
    store.put(records, 1, 40 * period + 1);
    expect(look(42 * period)).toBe("ALARM");
    for (let at = 43 * period; at < 72 * period; at += period) expect(look(at)).toBe("ALARM");
    expect(look(73 * period)).toBe("OK");
  });

  test("refuses what is not modelled", () => {
    const refused = expect.objectContaining({ code: "INVALID_OPTION" });
    expect(() => new Alarm({ ...options, treatMissingData: "ignore" as "breaching" })).toThrow(refused);
    expect(() => new Alarm({ ...options, comparisonOperator: "Equal" as "LessThanThreshold" })).toThrow(refused);
    expect(() => new Alarm({ ...options, expression: "RATE(given)" })).toThrow(refused);
  });
});
