import { describe, expect, test } from "@jest/globals";
import { coverageOf } from "../../src/alarms/coverage.ts";
import type { TroubleOutcome } from "../../src/alarms/run-troubles.ts";

const outcome = (...alarms: readonly string[]): TroubleOutcome => ({
  name: "something",
  fired: alarms.map((alarm) => ({ alarm, afterMinutes: 5 })),
  isAsExpected: true,
});
const excused = [
  ...["firewall-blocked", "raw-near-limit", "enriched-near-limit", "bad-rows-near-limit"],
  ...["enrichment-metrics-refused", "router-metrics-refused"],
];
const destinations = ["marketing", "marketing-conversions", "fraud"];

describe("the coverage of alarms by troubles", () => {
  test("counts an alarm of a destination as tried where another destination raised it, and names the excused", () => {
    const alarms = ["destination-marketing-conversions-unread", "destination-fraud-unread", ...excused];
    const { tried, untried, faults } = coverageOf(alarms, [outcome("destination-marketing-unread")], destinations);
    expect(tried).toEqual(["destination-marketing-conversions-unread", "destination-fraud-unread"]);
    expect(untried.map(({ alarm }) => alarm)).toEqual(excused);
    expect(faults).toEqual([]);
  });

  test("tells of an alarm that nothing tries, and of one that is tried at another kind of part only", () => {
    const alarms = ["destination-fraud-unread", "loader-silence", ...excused];
    const { faults } = coverageOf(alarms, [outcome("fraud-unread")], destinations);
    expect(faults).toEqual([
      "No trouble raises destination-*-unread: add one to troubles.ts, or the reason to coverage.ts.",
      "No trouble raises loader-silence: add one to troubles.ts, or the reason to coverage.ts.",
    ]);
  });

  test("tells of a reason that is not needed any more", () => {
    const { faults } = coverageOf(excused.slice(1), [outcome("raw-near-limit")], destinations);
    expect(faults).toEqual([
      "firewall-blocked is not there: take its reason out of coverage.ts.",
      "raw-near-limit is tried: take its reason out of coverage.ts.",
    ]);
  });
});
