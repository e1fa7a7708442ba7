import { hash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createLanes } from "../../../src/packing/lanes.ts";

/** Place in the hash space, as Kinesis computes it. */
const placeOf = (partitionKey: string): bigint => BigInt(`0x${hash("md5", partitionKey, "hex")}`);

describe("a lane", () => {
  test("holds the partition keys of one range of the hash space, and its records go to the first place of it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "binary" }), fc.integer({ min: 0, max: 12 }), (key, bits) => {
        const { partitionKey, explicitHashKey } = createLanes(2 ** bits)(key);
        const first = BigInt(explicitHashKey);
        const width = 2n ** BigInt(128 - bits);
        expect(placeOf(key) >= first && placeOf(key) < first + width).toBe(true);
        expect(partitionKey).toBe(`lane-${first / width}`);
      }),
    );
  });

  test("is the same for a partition key in every process", () => {
    const [one, other] = [createLanes(128), createLanes(128)];
    for (const key of ["v-1", "v-2", "ada"]) expect(one(key)).toEqual(other(key));
    expect(one("v-1")).toEqual({ partitionKey: "lane-31", explicitHashKey: expect.any(String) });
  });

  test.each([0, 3, 8_192, 1.5, -1])("is one of a power of two, not of %d", (count) => {
    expect(() => createLanes(count)).toThrow(`Expected a power of two up to 4096 lanes, got ${count}.`);
  });
});
