import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeRecord, encodeRecord, eventIdentity, partitionKeyOf } from "../../src/index.ts";

describe("the record codec", () => {
  test("gives back what it was given, for any JSON", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), { minLength: 1 }),
        (events) => {
          const plain = JSON.parse(JSON.stringify(events)) as unknown[];
          expect(decodeRecord(encodeRecord(events))).toEqual(plain.map((value) => ({ ok: true, value })));
        },
      ),
    );
  });

  test("never throws, and gives 1..n lines that each hold a value or their bytes", () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.jsonValue().map((value) => new TextEncoder().encode(JSON.stringify(value))),
      fc.constantFrom("\n", "\r\n", " ", "{", '"', "\ufeff").map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
        const bytes = new Uint8Array(Buffer.concat(chunks));
        const lines = decodeRecord(bytes);
        expect(lines.length).toBeGreaterThanOrEqual(1);
        for (const line of lines) {
          if (!line.ok) expect(Buffer.from(bytes).includes(Buffer.from(line.bytes))).toBe(true);
        }
        const nonBlank = Buffer.from(bytes)
          .toString("latin1")
          .split("\n")
          .filter((line) => !/^[ \t\r]*$/.test(line));
        expect(lines).toHaveLength(Math.max(nonBlank.length, 1));
      }),
      { numRuns: 2000 },
    );
  });

  test("reads records that were concatenated as one", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.object(), { minLength: 1 }), { minLength: 1 }), (records) => {
        const parts = records.map((events) => encodeRecord(events));
        expect(decodeRecord(new Uint8Array(Buffer.concat(parts)))).toEqual(parts.flatMap((part) => decodeRecord(part)));
      }),
    );
  });
});

describe("eventIdentity", () => {
  test("is the same only for the same source and id", () => {
    const part = fc.string({ unit: fc.constantFrom('"', ",", "[", "]", "\\", "a") });
    fc.assert(
      fc.property(part, part, part, part, (source, id, otherSource, otherId) => {
        const isSame = source === otherSource && id === otherId;
        expect(eventIdentity({ source, id }) === eventIdentity({ source: otherSource, id: otherId })).toBe(isSame);
      }),
    );
  });
});

describe("partitionKeyOf", () => {
  test("gives what Kinesis takes: 1 to 256 characters that have a UTF-8 form", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), text, (subject, id) => {
        const key = partitionKeyOf({ subject, id });
        expect(key.isWellFormed()).toBe(true);
        expect(Array.from(key).length).toBeGreaterThanOrEqual(1);
        expect(Array.from(key).length).toBeLessThanOrEqual(256);
      }),
    );
  });

  test("prefers the subject, and takes the id when there is none", () => {
    expect(partitionKeyOf({ subject: "visitor-7", id: "1" })).toBe("visitor-7");
    expect(partitionKeyOf({ subject: "", id: "1" })).toBe("1");
    expect(partitionKeyOf({ id: "1" })).toBe("1");
  });
});
