import { describe, expect, test } from "@jest/globals";
import { formats } from "../../src/validator-runtime.ts";

function takes(format: string, value: unknown): boolean {
  const definition = formats[format];
  return definition !== undefined && (definition.validate as (value: unknown) => boolean)(value);
}

/** Below zero when the first value comes before the second. */
function order(format: string, a: string, b: string): number | undefined {
  const definition = formats[format];
  return definition?.type === "string" ? definition.compare?.(a, b) : undefined;
}

describe("formats", () => {
  test.each([
    ["date-time", "2026-11-29T12:00:00+01:00", "2026-11-29T12:00:00+01"],
    ["date-time", "1998-12-31T15:59:60.5-08:00", "1998-12-31T22:59:60Z"],
    ["date", "2024-02-29", "2026-02-29"],
    ["time", "23:59:60Z", "22:59:60Z"],
    ["time", "01:29:60+01:30", "01:29:60"],
    ["iso-time", "08:30:06", "24:00:00"],
    ["iso-date-time", "2026-11-29t12:00:00", "2026-11-29T25:00:00"],
    ["duration", "P1Y2M3DT4H5M6S", "P1Y2D"],
    ["duration", "PT1H2M", "PT1H2S"],
    ["duration", "P4W", "P1W2D"],
    ["uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "urn:uuid:2eb8aa08-aa98-11ea-b4aa-73b441d16380"],
    ["email", '"joe bloggs"@example.com', "joe bloggs@example.com"],
    ["email", "joe@[IPv6:::1]", "joe@[127.0.0.300]"],
    ["hostname", "xn--bcher-kva.example", "xn--X"],
    ["hostname", "a".repeat(63), "a".repeat(64)],
    ["ipv4", "127.0.0.1", "127.0.0.01"],
    ["ipv6", "::ffff:81.2.69.160", "1::2::3"],
    ["ipv6", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9"],
    ["uri", "http://[2001:db8::7]/c=GB?one#two", "http://[2001:db8::zz]/"],
    ["uri", "urn:isbn:0451450523", "//no.scheme/path"],
    ["uri-reference", "//host/a?b#c", "\\\\WINDOWS\\share"],
    ["uri-template", "http://example.com/{term:1}/{;list*}", "http://example.com/{term"],
    ["url", "https://shop.example/", "urn:isbn:0451450523"],
    ["regex", "^a(?=b)$", "^(abc]"],
    ["json-pointer", "/foo/bar~0/baz~1", "/foo/~2"],
    ["relative-json-pointer", "120/foo/bar", "+1/foo"],
    ["json-pointer-uri-fragment", "#/a/~0", "#a"],
    ["byte", "aGk=", "aGk"],
    ["int32", 2 ** 31 - 1, 2 ** 31],
    ["int64", -(2 ** 63), 2 ** 63],
  ])("%s takes %j and not %j", (format, good, bad) => {
    expect([takes(format, good), takes(format, bad)]).toEqual([true, false]);
  });

  test("order dates, times and instants for formatMinimum and its like", () => {
    expect(order("date", "2026-01-31", "2026-02-01")).toBeLessThan(0);
    expect(order("time", "12:00:00+02:00", "11:00:00Z")).toBeLessThan(0);
    expect(order("date-time", "2026-01-01T01:00:00+02:00", "2025-12-31T23:00:00Z")).toBe(0);
  });

  test("answer hostile texts in linear time", () => {
    const texts = [
      "a".repeat(100_000),
      `http://${"a@".repeat(50_000)}`,
      "{a".repeat(50_000),
      `"${"\\".repeat(100_000)}`,
    ];
    const startMs = performance.now();
    for (const format of Object.values(formats)) {
      if (format.type === "string") for (const text of texts) format.validate(text);
    }
    // A quadratic form would take minutes.
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });
});
