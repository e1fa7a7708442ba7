import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { join } from "node:path";
import { Readme } from "@millrace/jest-preset/readme";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compressions, linesOfData, MAX_UNPACKED_BYTES, packRecord, unpackRecord } from "../../src/index.ts";

const text = (data: Uint8Array) => Buffer.from(data).toString();

test("what was packed is unpacked, of any length and in both forms", () => {
  const lines = fc.oneof(fc.uint8Array({ maxLength: 3_000 }), fc.uint8Array({ minLength: 60_000, maxLength: 80_000 }));
  fc.assert(
    fc.property(lines, fc.constantFrom(...compressions), (bytes, compression) => {
      const data = Buffer.concat([Buffer.from("{"), bytes]);
      const unpacked = unpackRecord(packRecord(data, compression));
      expect(unpacked.fault).toBeUndefined();
      expect(Buffer.compare(Buffer.from(unpacked.data), data)).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test("packed records one after the other are one gzip, as Firehose joins them", () => {
  const records = ['{"a":1}\n', '{"b":2}\n{"c":3}\n'].map((lines) => packRecord(Buffer.from(lines), "gzip"));
  expect(text(gunzipSync(Buffer.concat(records)))).toBe('{"a":1}\n{"b":2}\n{"c":3}\n');
  expect(text(unpackRecord(Buffer.concat(records)).data)).toBe('{"a":1}\n{"b":2}\n{"c":3}\n');
});

test("a record is read wherever it lies in a larger buffer", () => {
  const packed = packRecord(Buffer.from('{"a":1}\n'), "gzip");
  const larger = Buffer.concat([Buffer.alloc(7, 1), packed, Buffer.alloc(9, 1)]);
  expect(text(unpackRecord(larger.subarray(7, 7 + packed.length)).data)).toBe('{"a":1}\n');
});

describe("a record that cannot be unpacked keeps its bytes and says why", () => {
  const packed = Buffer.from(packRecord(Buffer.from('{"secret":"value"}\n'.repeat(50)), "gzip"));
  const other = Buffer.from(packed);
  other[packed.length - 6] = 1 ^ Number(other[packed.length - 6]);
  test.each([
    ["that is cut off", packed.subarray(0, -5), /no whole gzip/],
    ["of the first two bytes", packed.subarray(0, 2), /no whole gzip/],
    ["with another checksum", other, /no whole gzip/],
    ["with a plain line behind it", Buffer.concat([packed, Buffer.from("{}\n")]), /no whole gzip/],
    ["that unfolds to a gigabyte", bomb(100), /more than 10485760 bytes/],
  ])("%s", (_, data, fault) => {
    const unpacked = unpackRecord(data);
    expect(unpacked.fault).toMatch(fault);
    expect(unpacked.data).toBe(data);
    expect(linesOfData(data).equals(data)).toBe(true);
  });

  test("but a record as large as any may be is read", () => {
    expect(unpackRecord(gzipSync(Buffer.alloc(MAX_UNPACKED_BYTES, " "))).fault).toBeUndefined();
  });
});

function bomb(members: number): Buffer {
  return Buffer.concat(Array<Buffer>(members).fill(gzipSync(Buffer.alloc(10_000_000, " "))));
}

test("prints what the README says", async () => {
  const readme = new Readme(join(import.meta.dirname, "../.."));
  expect(readme.examples).toHaveLength(1);
  for (const { code, output } of readme.examples) expect(await readme.run(code)).toBe(output);
});
