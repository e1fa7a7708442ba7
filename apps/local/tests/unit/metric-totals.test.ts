import { describe, expect, test } from "@jest/globals";
import { MetricTotals } from "../../src/status/metric-totals.ts";

const line = (values: object): string => JSON.stringify({ _aws: { Timestamp: 1, CloudWatchMetrics: [] }, ...values });

describe("the totals of metric lines", () => {
  test("add up by function and by destination, and know no other names", () => {
    const totals = new MetricTotals();
    totals.read(line({ service: "router", function: "m-router", eventsIn: 3, undelivered: 1, eventAgeMs: [4, 5] }));
    totals.read(line({ service: "router", function: "m-router", eventsIn: 4 }));
    totals.read(line({ service: "router", destination: "fraud", undelivered: 1 }));
    expect(totals.of("m-router")).toEqual({ eventsIn: 7, undelivered: 1 });
    expect(totals.of("fraud")).toEqual({ undelivered: 1 });
    expect(totals.of("other")).toEqual({});
  });

  test("pass over log lines, and over a metric line that a killed process left unfinished", () => {
    const totals = new MetricTotals();
    totals.read('{"level":"info","function":"m-router","eventsIn":3}');
    totals.read(line({ function: "m-router", eventsIn: 3 }).slice(0, -4));
    totals.read("plain text");
    expect(totals.of("m-router")).toEqual({});
  });
});
