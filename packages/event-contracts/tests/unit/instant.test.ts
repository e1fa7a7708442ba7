import { describe, expect, test } from "@jest/globals";
import { parseInstant } from "../../src/index.ts";

describe("parseInstant", () => {
  test.each([
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
    ["2026-01-01t00:00:00z", "2026-01-01T00:00:00.000Z"],
    ["2026-01-01 00:00:00.1239999999z", "2026-01-01T00:00:00.123Z"],
    ["2026-01-01T05:30:00+05:30", "2026-01-01T00:00:00.000Z"],
    ["2024-02-29T23:59:59.5-00:00", "2024-02-29T23:59:59.500Z"],
    ["2026-12-31T23:59:60Z", "2026-12-31T23:59:59.000Z"],
    ["2026-12-31T23:59:60.75z", "2026-12-31T23:59:59.750Z"],
    ["2026-12-31T15:59:60-08:00", "2026-12-31T23:59:59.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    ["0000-12-31T23:30:00-01:00", "0001-01-01T00:30:00.000Z"],
  ])("reads %s as one instant", (text, expected) => {
    expect(new Date(parseInstant(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test.each([
    ["an instant after the year 9999 of UTC", "9999-12-31T23:59:59-23:59"],
    ["an instant before the year 1 of UTC", "0001-01-01T00:00:00+00:01"],
    ["a day that no month has", "2026-02-30T00:00:00Z"],
    ["a day that the year does not have", "2026-02-29T00:00:00Z"],
    ["a month that no year has", "2026-13-01T00:00:00Z"],
    ["the hour 24", "2026-01-01T24:00:00Z"],
    ["a leap second within a day", "2026-01-01T12:00:60Z"],
    ["an offset without a colon", "2026-01-01T00:00:00+0530"],
    ["an offset of 24 hours", "2026-01-01T00:00:00+24:00"],
    ["a local time", "2026-01-01T00:00:00"],
    ["no text", ""],
  ])("does not take %s", (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test("agrees with Date.parse wherever both read a time", () => {
    for (let day = 0; day < 4_000; day += 1) {
      const text = new Date(Date.UTC(1999, 11, 1) + day * 86_400_000 + day * 1_234).toISOString();
      expect([text, parseInstant(text)]).toEqual([text, Date.parse(text)]);
    }
  });
});
