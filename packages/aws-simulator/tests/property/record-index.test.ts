/** However records come, go and are put on disk: the index equals a list of all of them at each rank. */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { IndexedRecord } from "../../src/journal/index-rows.ts";
import { RecordIndex } from "../../src/journal/record-index.ts";

type Step =
  | { readonly kind: "push"; readonly gap: number; readonly isNewSegment: boolean; readonly sizeBytes: number }
  | { readonly kind: "drop" }
  | { readonly kind: "spill"; readonly segmentsBack: number }
  | { readonly kind: "read"; readonly at: number };

const push = fc.record({
  kind: fc.constant("push" as const),
  gap: fc.integer({ min: 1, max: 3 }),
  isNewSegment: fc.boolean(),
  sizeBytes: fc.nat({ max: 1_000 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: push },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("drop" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("spill" as const), segmentsBack: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("read" as const), at: fc.nat({ max: 40 }) }) },
);

test("an index in memory and on disk is a list of records", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const files = new Map<number, Buffer>();
      const index = new RecordIndex({
        read: (segment, offset, length) => files.get(segment)?.subarray(offset, offset + length) ?? Buffer.alloc(0),
      });
      const list: IndexedRecord[] = [];
      let segment = 1;
      let last = 0;
      for (const each of steps) {
        if (each.kind === "push") {
          segment += each.isNewSegment ? 1 : 0;
          last += each.gap;
          const place = { segment, offset: last * 10, length: each.sizeBytes + 39 };
          const record = { ...place, index: last, arrivalMs: 1_000 + last, sizeBytes: each.sizeBytes };
          index.push(record);
          list.push(record);
        } else if (each.kind === "drop") {
          index.dropOldest();
          list.shift();
        } else if (each.kind === "spill") {
          const old = segment - each.segmentsBack;
          const spilled = index.spill(old);
          if (spilled === undefined) continue;
          // Another shard's rows come before them.
          files.set(old, Buffer.concat([Buffer.alloc(7), spilled.bytes]));
          spilled.forget(7);
        } else expect(index.at(each.at)).toEqual(list[each.at]);
      }
      expect(index.size).toBe(list.length);
      expect(index.bytes).toBe(list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      expect(list.map((_, rank) => index.at(rank))).toEqual(list);
      expect([-1, list.length].map((rank) => index.at(rank))).toEqual([undefined, undefined]);
      for (let wanted = 0; wanted <= last + 1; wanted += 1)
        expect(index.rankOf(wanted)).toBe(list.filter((record) => record.index < wanted).length);
    }),
  );
});
