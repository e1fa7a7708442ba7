/** Whatever becomes of the bytes of a segment: what is read was written, in order, and what is missing is told. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeEntry, encodeRecord, type RecordEntry } from "../../src/journal/entries.ts";
import { frame, scan } from "../../src/journal/frame.ts";

const record = fc.record<RecordEntry>({
  streamId: fc.nat(),
  shardIndex: fc.nat(),
  index: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  arrivalMs: fc.nat(),
  partitionKey: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
  data: fc.uint8Array({ maxLength: 300 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 12 });

function write(entries: readonly RecordEntry[]): { bytes: Buffer; starts: number[] } {
  const framed = entries.map((entry) => frame(encodeRecord(entry)));
  let offset = 0;
  const starts = framed.map((entry) => {
    offset += entry.byteLength;
    return offset - entry.byteLength;
  });
  return { bytes: Buffer.concat(framed), starts };
}

function read(bytes: Buffer) {
  const found = [...scan(bytes)];
  return {
    bodies: found.flatMap((entry) => (entry.kind === "entry" ? [{ offset: entry.offset, body: entry.body }] : [])),
    damages: found.flatMap((entry) => (entry.kind === "damage" ? [entry] : [])),
  };
}

describe("a segment of the journal", () => {
  test("gives every record back as it was written, in bytes or as base64 text", () => {
    fc.assert(
      fc.property(records, fc.boolean(), (entries, isBase64) => {
        const given = entries.map((entry) =>
          isBase64 ? { ...entry, data: Buffer.from(entry.data as Uint8Array).toString("base64") } : entry,
        );
        const { bodies, damages } = read(write(given).bytes);
        expect(damages).toEqual([]);
        expect(bodies.map(({ body }) => decodeEntry(body))).toEqual(
          entries.map((entry) => ({
            kind: "record",
            record: { ...entry, data: Buffer.from(entry.data as Uint8Array) },
          })),
        );
      }),
    );
  });

  test("that is torn anywhere gives the entries before the tear and tells where it is", () => {
    fc.assert(
      fc.property(records, fc.double({ min: 0, max: 1, noNaN: true }), (entries, share) => {
        const { bytes, starts } = write(entries);
        const cut = Math.floor(share * bytes.byteLength);
        const whole = [...starts.slice(1), bytes.byteLength].filter((end) => end <= cut);
        const { bodies, damages } = read(bytes.subarray(0, cut));
        expect(bodies.map(({ offset }) => offset)).toEqual(starts.slice(0, whole.length));
        const end = whole.at(-1) ?? 0;
        expect(damages).toEqual(end === cut ? [] : [{ kind: "damage", offset: end, bytes: cut - end, isTorn: true }]);
      }),
    );
  });

  test("with any byte flipped loses the entry it lies in and no other, and tells the place", () => {
    fc.assert(
      fc.property(
        records,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        (entries, share, mask) => {
          const { bytes, starts } = write(entries);
          const at = Math.min(bytes.byteLength - 1, Math.floor(share * bytes.byteLength));
          const damaged = Buffer.from(bytes);
          damaged[at] = (damaged[at] ?? 0) ^ mask;
          const hit = starts.findLastIndex((start) => start <= at);
          const { bodies, damages } = read(damaged);
          expect(bodies.map(({ offset }) => offset)).toEqual(starts.filter((_, index) => index !== hit));
          const isLength = at >= (starts[hit] ?? 0) + 4 && at < (starts[hit] ?? 0) + 8;
          // A longer length looks like an entry that was not written to its end.
          expect(damages).toEqual([
            expect.objectContaining({ offset: starts[hit], ...(isLength ? {} : { isTorn: false }) }),
          ]);
        },
      ),
    );
  });

  test("that ends in room without bytes was torn there", () => {
    const { bytes } = write([]);
    expect(read(Buffer.concat([bytes, Buffer.alloc(100)])).damages).toEqual([
      { kind: "damage", offset: bytes.byteLength, bytes: 100, isTorn: true },
    ]);
  });

  test("overwritten with anything at the end never gives an entry that was not written", () => {
    fc.assert(
      fc.property(records, fc.uint8Array({ minLength: 1, maxLength: 400 }), (entries, garbage) => {
        const { bytes, starts } = write(entries);
        const { bodies, damages } = read(Buffer.concat([bytes, garbage]));
        expect(bodies.map(({ offset }) => offset)).toEqual(starts);
        // Only zeros, and the four bytes with which an entry begins, look like one that was not written to its end.
        const isTorn =
          garbage.every((byte) => byte === 0) ||
          "MRJ1".startsWith(Buffer.from(garbage.subarray(0, 4)).toString("latin1"));
        expect(damages).toEqual([{ kind: "damage", offset: bytes.byteLength, bytes: garbage.byteLength, isTorn }]);
      }),
    );
  });
});
