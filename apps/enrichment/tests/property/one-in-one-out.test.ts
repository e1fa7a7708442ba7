import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeRecord, type EnrichedEvent } from "@millrace/event-contracts";
import { badRowKinds, enrichRecord } from "../../src/index.ts";
import { createContext, createPurchase, createRawEvent, origin } from "../raw-events.ts";

const context = createContext();
const kinds = new Set<string>(Object.values(badRowKinds));

/** Checks everything that must hold for any bytes. */
function expectOneOutcomePerLine(bytes: Uint8Array): void {
  const before = Buffer.from(bytes).toString("hex").slice(0, 200);
  const { enriched, badRows } = enrichRecord(bytes, origin, context);
  expect(enriched.length + badRows.length).toBe(decodeRecord(bytes).length);
  for (const { json } of enriched) {
    expect(json).not.toContain("\n");
    expect(JSON.parse(json)).toMatchObject({ event: { specversion: "1.0" } });
    expect(Buffer.from(json).toString().isWellFormed()).toBe(true);
  }
  for (const { failure, payload } of badRows) {
    expect(kinds).toContain(failure.kind);
    expect(failure.kind).not.toBe(badRowKinds.notProcessed);
    expect(Buffer.from(payload, "base64").toString("base64")).toBe(payload);
  }
  expect(Buffer.from(bytes).toString("hex").slice(0, 200)).toBe(before);
}

const bytesOf = (text: string) => Buffer.from(text);
const anyJson = fc.jsonValue({ maxDepth: 6, stringUnit: "binary" });
const anyEvent = fc
  .record(
    {
      specversion: fc.oneof(fc.constant("1.0"), anyJson),
      id: fc.oneof(fc.string({ unit: "binary" }), anyJson),
      source: fc.oneof(fc.webUrl(), anyJson),
      type: fc.oneof(
        fc.constantFrom("search.click", "commerce.purchase", "custom.event", "page.view", "__proto__"),
        anyJson,
      ),
      time: fc.oneof(fc.constant("2026-11-20T10:00:00Z"), anyJson),
      receivedat: fc.oneof(fc.constant("2026-11-20T10:00:00Z"), anyJson),
      tenantid: fc.oneof(fc.constant("shop"), anyJson),
      subject: fc.oneof(fc.string({ unit: "binary" }), anyJson),
      dataschema: fc.oneof(fc.constant("https://millrace.example/schemas/events/search/click/1-0-0.json"), anyJson),
      clientip: fc.oneof(fc.ipV4(), fc.ipV6(), anyJson),
      useragent: fc.oneof(fc.string({ unit: "binary" }), anyJson),
      referer: fc.oneof(fc.webUrl({ withQueryParameters: true }), anyJson),
      data: fc.oneof(
        fc.record({ context: fc.record({ pageUrl: fc.oneof(fc.webUrl(), anyJson), email: anyJson, userId: anyJson }) }),
        fc.record({ customer: anyJson, items: anyJson }),
        anyJson,
      ),
    },
    { requiredKeys: ["specversion", "type", "time", "receivedat", "tenantid", "id", "source"] },
  )
  .map((event) => JSON.stringify(event));

describe("one event in, exactly one out", () => {
  test("for any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectOneOutcomePerLine), { numRuns: 2_000 });
  });

  test("for any JSON", () => {
    fc.assert(
      fc.property(fc.array(anyJson, { minLength: 1, maxLength: 4 }), (values) =>
        expectOneOutcomePerLine(bytesOf(values.map((value) => JSON.stringify(value)).join("\n"))),
      ),
      { numRuns: 1_000 },
    );
  });

  test("for anything in the shape of an event", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 4 }), (lines) =>
        expectOneOutcomePerLine(bytesOf(lines.join("\n"))),
      ),
      { numRuns: 2_000 },
    );
  });

  test("for real events with bytes changed, taken out and put in", () => {
    const line = bytesOf(`${JSON.stringify(createPurchase())}\n${JSON.stringify(createRawEvent())}\n`);
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ at: fc.nat(line.length - 1), byte: fc.nat(255), how: fc.constantFrom("set", "cut", "insert") }),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        (edits) => {
          const mutated = [...line];
          for (const { at, byte, how } of edits)
            mutated.splice(at, how === "insert" ? 0 : 1, ...(how === "cut" ? [] : [byte]));
          expectOneOutcomePerLine(Uint8Array.from(mutated));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  const event = createRawEvent();
  const withData = (data: string) => JSON.stringify({ ...event, data: "@" }).replace('"@"', data);
  test.each<[string, Uint8Array, string]>([
    ["broken UTF-8", Buffer.concat([bytesOf('{"id":"'), Buffer.from([0xc3, 0x28]), bytesOf('"}')]), "not-utf8"],
    [
      "a UTF-8 byte order mark",
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf(JSON.stringify(event))]),
      "not-json",
    ],
    ["10 MiB of one letter", Buffer.alloc(10 * 1024 * 1024, "a"), "not-json"],
    ["an event of 10 MiB", bytesOf(withData(JSON.stringify({ text: "a".repeat(10 * 1024 * 1024) }))), "too-large"],
    ["nesting 10,000 deep", bytesOf(withData(`${"[".repeat(10_000)}${"]".repeat(10_000)}`)), "too-deep"],
    ["nesting 1,000,000 deep", bytesOf("[".repeat(1_000_000)), "not-json"],
    ["objects 10,000 deep", bytesOf(withData(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`)), "too-deep"],
    ["a __proto__ instead of attributes", bytesOf(`{"__proto__":${JSON.stringify(event)}}`), "not-an-event"],
    ["a lone surrogate that is no UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "not-utf8"],
    ["overlong UTF-8", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), "not-utf8"],
    ["UTF-8 beyond Unicode", Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]), "not-utf8"],
    ["UTF-16", Buffer.from(`\ufeff${JSON.stringify(event)}`, "utf16le"), "not-utf8"],
    ["an array 10,000 deep", bytesOf(`${"[".repeat(10_000)}${"]".repeat(10_000)}`), "not-an-object"],
    [
      "an attribute 10,000 deep",
      bytesOf(`{"deep":${"[".repeat(10_000)}${"]".repeat(10_000)},${JSON.stringify(event).slice(1)}`),
      "too-deep",
    ],
    ["a control character in a text", bytesOf(withData('"\u0001"')), "not-json"],
    [
      "lines that end in a carriage return alone",
      bytesOf(`${JSON.stringify(event)}\r${JSON.stringify(event)}`),
      "not-json",
    ],
    ["a comma after the event", bytesOf(`${JSON.stringify(event)},`), "not-json"],
    ["a number in hexadecimal", bytesOf(withData("0x10")), "not-json"],
    ["a number with a plus sign", bytesOf(withData("+1")), "not-json"],
    ["-Infinity", bytesOf(withData("-Infinity")), "not-json"],
    ["undefined", bytesOf(withData("undefined")), "not-json"],
    ["NaN", bytesOf(withData("NaN")), "not-json"],
    ["Infinity", bytesOf("Infinity"), "not-json"],
    ["no bytes", bytesOf(""), "empty-record"],
    ["empty lines only", bytesOf("\n\r\n  \n\t\n"), "empty-record"],
    ["null", bytesOf("null"), "not-an-object"],
    ["a batch as an array", bytesOf(`[${JSON.stringify(event)}]`), "not-an-object"],
    [
      "an event of another CloudEvents version",
      bytesOf(JSON.stringify({ ...event, specversion: "0.3" })),
      "not-an-event",
    ],
  ])("makes %s a bad row", (_, bytes, kind) => {
    const { enriched, badRows } = enrichRecord(bytes, origin, context);
    expect(enriched).toEqual([]);
    expect(badRows.map(({ failure }) => failure.kind)).toEqual([kind]);
    expect(Buffer.byteLength(JSON.stringify(badRows[0]))).toBeLessThan(1024 * 1024);
  });

  test.each<[string, string, unknown]>([
    ["duplicate keys, of which the last counts", '{"a":1,"a":2}', { a: 2 }],
    ["a sensitive value under a key that comes again", '{"a":"ada@example.com","a":2}', { a: 2 }],
    [
      "a __proto__ that stays a property",
      '{"__proto__":{"polluted":true}}',
      JSON.parse('{"__proto__":{"polluted":true}}'),
    ],
    ["a lone surrogate, escaped", '{"a":"\\ud800"}', { a: "\ufffd" }],
    ["a lone surrogate in a key, escaped", '{"\\udfff":1}', { "\ufffd": 1 }],
    [
      "numbers beyond a double",
      "[1e999,-1e999,1e-999,123456789012345678901234567890]",
      [Infinity, -Infinity, 0, 1.2345678901234568e29],
    ],
    ["texts that look like numbers", '["NaN","Infinity","1e999"]', ["NaN", "Infinity", "1e999"]],
    ["a NUL, escaped", '{"a":"\\u0000"}', { a: "\u0000" }],
    ["line separators of Unicode", '{"a":"\u2028\u2029"}', { a: "\u2028\u2029" }],
    [
      "a property called constructor",
      '{"constructor":{"prototype":{"polluted":true}}}',
      { constructor: { prototype: { polluted: true } } },
    ],
  ])("lets an event with %s flow", (_, data, expected) => {
    const { enriched, badRows } = enrichRecord(bytesOf(withData(data)), origin, context);
    expect([enriched.length, badRows.length]).toEqual([1, 0]);
    expect((JSON.parse(enriched[0]?.json ?? "") as EnrichedEvent).event.data).toEqual(expected);
    expect(Buffer.from(enriched[0]?.json ?? "").toString()).toBe(enriched[0]?.json);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("takes the last of an attribute that comes twice, and masks no less", () => {
    const twice = `{"id":"first","clientip":"81.2.69.1",${JSON.stringify({ ...event, id: "second" }).slice(1)}`;
    const { enriched } = enrichRecord(bytesOf(twice), origin, context);
    expect((JSON.parse(enriched[0]?.json ?? "") as EnrichedEvent).event).toMatchObject({
      id: "second",
      clientip: "81.2.69.0",
    });
    expect(enriched[0]?.json).not.toMatch(/first|81\.2\.69\.1/u);
  });

  test.each([
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x7b, 0x7d], "not-json"],
    ["half a character", [0xc3], "not-utf8"],
  ])("keeps the event before a line with %s", (_, tail, kind) => {
    const bytes = Buffer.concat([bytesOf(`${JSON.stringify(event)}\n`), Buffer.from(tail)]);
    const { enriched, badRows } = enrichRecord(bytes, origin, context);
    expect(enriched).toHaveLength(1);
    expect(badRows).toMatchObject([{ failure: { kind }, origin: { index: 1 }, payloadBytes: tail.length }]);
  });

  test("keeps a property called __proto__", () => {
    const { enriched } = enrichRecord(bytesOf(withData('{"__proto__":{"x":"ada@example.com"}}')), origin, context);
    expect(enriched[0]?.json).toContain('"data":{"__proto__":{"x":"[email]"}}');
  });

  test("tells which events of a record were bad, and keeps the good ones", () => {
    const good = JSON.stringify(event);
    const { enriched, badRows } = enrichRecord(bytesOf(`${good}\n\n{"a":\n${good}\r\n7\n`), origin, context);
    expect(enriched).toHaveLength(2);
    expect(badRows.map((row) => [row.failure.kind, row.origin.index])).toEqual([
      ["not-json", 1],
      ["not-an-object", 3],
    ]);
  });
});
