import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createChildTrace, formatTraceparent, parseTraceparent } from "../../src/index.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const hex = (length: number) =>
  fc.string({
    unit: fc.mapToConstant({ num: 10, build: (n) => String(n) }, { num: 6, build: (n) => "abcdef".charAt(n) }),
    minLength: length,
    maxLength: length,
  });

describe("parseTraceparent", () => {
  test.each([
    ["a sampled trace", `00-${traceId}-${parentId}-01`, { traceId, parentId, isSampled: true }],
    ["flags beyond the sampled bit", `00-${traceId}-${parentId}-fe`, { traceId, parentId, isSampled: false }],
    [
      "a later version with further fields",
      `cc-${traceId}-${parentId}-01-what`,
      { traceId, parentId, isSampled: true },
    ],
    ["a later version without", `cc-${traceId}-${parentId}-01`, { traceId, parentId, isSampled: true }],
  ])("reads %s", (_, header, expected) => {
    expect(parseTraceparent(header)).toEqual(expected);
  });

  test.each([
    ["nothing", undefined],
    ["a number", 7],
    ["upper case", `00-${traceId.toUpperCase()}-${parentId}-01`],
    ["an all-zero trace id", `00-${"0".repeat(32)}-${parentId}-01`],
    ["an all-zero parent id", `00-${traceId}-${"0".repeat(16)}-01`],
    ["version ff", `ff-${traceId}-${parentId}-01`],
    ["version 00 with further fields", `00-${traceId}-${parentId}-01-what`],
    ["a later version with junk behind the flags", `cc-${traceId}-${parentId}-01.what`],
    ["white space", ` 00-${traceId}-${parentId}-01`],
  ])("refuses %s", (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  test("reads back what formatTraceparent wrote, and nothing throws", () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (trace, parent, isSampled) => {
        fc.pre(!/^0+$/.test(trace) && !/^0+$/.test(parent));
        const context = { traceId: trace, parentId: parent, isSampled };
        expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
      }),
    );
    fc.assert(fc.property(fc.anything(), (anything) => void parseTraceparent(anything)));
  });
});

describe("createChildTrace", () => {
  test("keeps trace and sampling and takes a span id that is valid for every random source", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const child = createChildTrace({ traceId, parentId, isSampled: true }, () => random);
        expect(parseTraceparent(formatTraceparent(child))).toEqual(child);
        expect(child.traceId).toBe(traceId);
      }),
    );
  });
});
