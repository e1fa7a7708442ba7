import { expect, test } from "@jest/globals";
import type { EmbeddedMetrics } from "@millrace/aws-simulator";
import { MetricTotals } from "../../src/status/metric-totals.ts";

const document = (values: object): EmbeddedMetrics => ({ _aws: { Timestamp: 1, CloudWatchMetrics: [] }, ...values });

test("totals of metrics add up by function and by destination, and know no other names", () => {
  const totals = new MetricTotals();
  totals.add(document({ service: "router", function: "m-router", eventsIn: 3, undelivered: 1, eventAgeMs: [4, 5] }));
  totals.add(document({ service: "router", function: "m-router", eventsIn: 4, eventAgeMs: 9 }));
  totals.add(document({ service: "router", destination: "fraud", undelivered: 1 }));
  totals.add(document({ service: "router" }));
  expect(totals.of("m-router")).toEqual({ eventsIn: 7, undelivered: 1 });
  expect(totals.of("fraud")).toEqual({ undelivered: 1 });
  expect(totals.of("other")).toEqual({});
});
