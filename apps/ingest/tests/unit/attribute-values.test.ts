import { describe, expect, test } from "@jest/globals";
import {
  isAllowedString,
  isAttributeName,
  isInteger,
  isTimestamp,
  isTraceparent,
  isUri,
  isUriReference,
} from "../../src/attribute-values.ts";

describe("attribute values", () => {
  test.each(["", "plain", "Größe €", "\u{1f600}", "a b"])("%j is an allowed string", (value) => {
    expect(isAllowedString(value)).toBe(true);
  });

  test.each(["a\nb", "\u0000", "\u007f", "\u0085", "\ud800", "\udc00x", "\ufdd0", "\uffff", "\u{1fffe}"])(
    "%j is not: control character, noncharacter or lone surrogate",
    (value) => {
      expect(isAllowedString(value)).toBe(false);
    },
  );

  test.each([
    "2026-11-22T18:30:00Z",
    "2026-11-22t18:30:00z",
    "2024-02-29T00:00:00.123456789+05:30",
    "2000-02-29T23:59:59-12:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "2026-12-31T23:59:60Z",
    "2026-12-31t15:59:60.5-08:00",
  ])("%s is a timestamp", (value) => {
    expect(isTimestamp(value)).toBe(true);
  });

  test.each([
    "yesterday",
    "",
    "2026-11-22",
    "2026-11-22 18:30:00Z",
    "2026-11-22T18:30:00",
    "2026-11-22T18:30Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T18:60:00Z",
    "2026-11-22T18:30:60Z",
    "2026-11-22T18:30:00+24:00",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+00:01",
    "2026-11-22T18:30:00.Z",
    "1795373400",
  ])("%j is not a timestamp", (value) => {
    expect(isTimestamp(value)).toBe(false);
  });

  test("a URI reference may be relative, a URI may not", () => {
    for (const value of ["/web", "https://shop.example/a%20b?c=d#e", "urn:uuid:1", "a:b@c"]) {
      expect(isUriReference(value)).toBe(true);
    }
    for (const value of ["", "a b", "<x>", "%zz", "ä"]) expect(isUriReference(value)).toBe(false);
    expect(isUri("https://shop.example")).toBe(true);
    expect(isUri("/schemas/1")).toBe(false);
  });

  test("an integer has 32 bits", () => {
    expect([0, -2_147_483_648, 2_147_483_647].every(isInteger)).toBe(true);
    expect([0.5, 2_147_483_648, -2_147_483_649, Number.POSITIVE_INFINITY].some(isInteger)).toBe(false);
  });

  test("an attribute name has lower-case letters and digits", () => {
    expect(isAttributeName("abtest2")).toBe(true);
    for (const name of ["", "userId", "user_id", "ü", "a b", "__proto__"]) expect(isAttributeName(name)).toBe(false);
  });

  test("a traceparent of zeros is none", () => {
    expect(isTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")).toBe(true);
    expect(isTraceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01")).toBe(false);
    expect(isTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")).toBe(false);
    expect(isTraceparent("garbage")).toBe(false);
  });
});
