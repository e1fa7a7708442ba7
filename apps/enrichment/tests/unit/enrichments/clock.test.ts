import { describe, expect, test } from "@jest/globals";
import { enrichWith } from "./enrich-with.ts";

const received = "2026-11-20T10:00:01.000Z";
const derive = (time: string, overrides: Record<string, unknown> = {}, options = {}) =>
  enrichWith([{ name: "clock", options }], { time, receivedat: received, ...overrides });

describe("clock", () => {
  test.each([
    ["a moment before the receipt", "2026-11-20T10:00:00.500Z", "2026-11-20T10:00:00.500Z", "client"],
    ["without milliseconds", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000Z", "client"],
    ["in another zone", "2026-11-20T11:00:00+01:00", "2026-11-20T10:00:00.000Z", "client"],
    ["on the day before", "2026-11-19T23:59:59.999Z", "2026-11-19T23:59:59.999Z", "client"],
    ["a little ahead", "2026-11-20T10:00:01.900Z", received, "client"],
    ["far ahead", "2031-01-01T00:00:00.000Z", received, "receipt"],
    ["far behind", "1970-01-01T00:00:00.000Z", received, "receipt"],
    ["in lower case", "2026-11-20t10:00:00z", "2026-11-20T10:00:00.000Z", "client"],
    ["at a leap second", "2026-11-19T23:59:60Z", "2026-11-19T23:59:59.000Z", "client"],
  ])("derives a time %s", (_, time, derivedTime, basis) => {
    expect(derive(time)).toEqual({ clock: { derivedTime, basis } });
  });

  test("moves the time by the skew when the client says when it sent the event", () => {
    // The client's clock is an hour slow: it made the event 5 s before it sent it.
    expect(derive("2026-11-20T08:59:56.000Z", { sentat: "2026-11-20T09:00:01.000Z" })).toEqual({
      clock: { derivedTime: "2026-11-20T09:59:56.000Z", basis: "corrected", skewMs: 3_600_000 },
    });
  });

  test("leaves the time alone when the skew is no more than the way takes", () => {
    expect(derive("2026-11-20T10:00:00.000Z", { sentat: "2026-11-20T10:00:00.800Z" })).toEqual({
      clock: { derivedTime: "2026-11-20T10:00:00.000Z", basis: "client", skewMs: 200 },
    });
  });

  test("believes a time of weeks ago when the time of sending shows that the clock is right", () => {
    expect(derive("2026-09-24T10:00:00.000Z", { sentat: "2026-11-20T10:00:00.500Z" })).toEqual({
      clock: { derivedTime: "2026-09-24T10:00:00.000Z", basis: "client", skewMs: 500 },
    });
    expect(derive("2026-09-24T09:00:00.000Z", { sentat: "2026-11-20T09:00:01.000Z" })["clock"]).toMatchObject({
      derivedTime: "2026-09-24T10:00:00.000Z",
      basis: "corrected",
    });
  });

  test("does not believe a device whose clock was set between the event and its sending", () => {
    const sentat = "2026-11-20T10:00:00.500Z";
    expect(derive("1970-01-01T00:01:00.000Z", { sentat })["clock"]).toMatchObject({ basis: "receipt" });
    expect(derive("2026-09-24T10:00:00.000Z", { sentat }, { maxSentAgeMs: 86_400_000 })["clock"]).toMatchObject({
      basis: "receipt",
    });
  });

  test("takes the name of the attribute from the options", () => {
    const overrides = { mysent: "2026-11-20T09:00:01.000Z" };
    expect(derive("2026-11-20T08:59:56.000Z", overrides, { sentAttribute: "mysent" })["clock"]).toMatchObject({
      basis: "corrected",
    });
  });

  test.each([
    ["no time", "yesterday"],
    ["a date that does not exist", "2026-13-45T00:00:00.000Z"],
    ["an hour that does not exist", "2026-11-20T25:00:00.000Z"],
    ["a local time", "2026-11-20T10:00:00"],
    ["an instant beyond the year 9999", "9999-12-31T23:59:59-23:59"],
  ])("notes %s, and does not quote it", (_, time) => {
    expect(derive(time)).toEqual({ notes: [{ enrichment: "clock", message: "`time` is no RFC 3339 time." }] });
  });

  test("believes a client longer or shorter as the options say", () => {
    expect(derive("2026-11-20T09:00:00.000Z", {}, { maxAgeMs: 60_000 })["clock"]).toMatchObject({ basis: "receipt" });
    expect(derive("2026-11-20T10:00:05.000Z", {}, { toleranceMs: 10_000 })["clock"]).toMatchObject({ basis: "client" });
  });
});
