import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  decodeRecord,
  encodeRecord,
  eventIdentity,
  hasMoreLines,
  partitionKeyOf,
  splitRecord,
} from "../../src/index.ts";

describe("the record codec", () => {
  test("gives back what it was given, for any JSON", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), { minLength: 1 }),
        (events) => {
          const plain = JSON.parse(JSON.stringify(events)) as unknown[];
          expect(decodeRecord(encodeRecord(events))).toEqual(
            plain.map((value) => ({ ok: true, value, text: JSON.stringify(value) })),
          );
        },
      ),
    );
  });

  test("splits a record into parts that are its bytes, its lines and no larger than asked", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom("\n", "\r\n", " \t", "{}\n", "12345678901234567890\n").map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), (pieces, maxBytes) => {
        const record = new Uint8Array(Buffer.concat(pieces));
        const parts = splitRecord(record, maxBytes);
        expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(Buffer.from(record))).toBe(true);
        expect(parts.every(({ bytes }) => bytes.length <= maxBytes)).toBe(true);
        const lines = decodeRecord(record).length;
        expect(parts.reduce((sum, part) => sum + part.lines, 0)).toBe(lines);
        for (const [at, { index }] of parts.entries()) {
          expect(index).toBe(parts.slice(0, at).reduce((sum, part) => sum + part.lines, 0));
        }
        // A line is cut only if it is longer than a part.
        for (const [at, { bytes }] of parts.slice(0, -1).entries()) {
          const endsWithLine = bytes.at(-1) === 0x0a;
          expect(endsWithLine || bytes.length === maxBytes).toBe(true);
          if (!endsWithLine && bytes.includes(0x0a)) throw new Error(`Part ${at} has a line end and half a line.`);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("knows whether a record has more lines than asked, blank ones aside", () => {
    const piece = fc.constantFrom("\n", "\r\n", " ", "{}", "{}\n", "7\n", "\n\n\n\n");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (pieces, most) => {
        const record = Buffer.from(pieces.join(""));
        const hasNone = record.every((byte) => [0x0a, 0x0d, 0x20].includes(byte));
        expect(hasMoreLines(record, most)).toBe(!hasNone && decodeRecord(record).length > most);
      }),
      { numRuns: 2_000 },
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
