import { describe, expect, test } from "@jest/globals";
import { billOf } from "../../src/model/bill.ts";
import { workOf } from "../../src/model/functions.ts";
import { lanesNeeded, packedBy } from "../../src/model/packing.ts";
import { evenMix, smallPlant, stream } from "../support/small-plant.ts";

const packing = { ...smallPlant, lanes: 4 };

describe("packedBy", () => {
  test("leaves the records of a deployment alone that does not pack", () => {
    expect(packedBy(smallPlant, evenMix, 1_000)).toBe(evenMix);
  });

  test("puts the events of an invocation that share a lane into one record", () => {
    // A shard is invoked with its 100 events once a second; they lie in 4 lanes.
    const { enriched, raw } = packedBy(packing, evenMix, 100);
    expect(1 / enriched.records).toBeCloseTo(25, 1);
    expect(enriched.bytes).toBe(evenMix.enriched.bytes);
    expect(raw).toBe(evenMix.raw);
  });

  test("makes a record no longer than enrichment does", () => {
    // 100 events a lane of a kilobyte each are two records of 50, because one takes 64.
    const plant = {
      ...packing,
      lanes: 1,
      streams: [stream("raw", "raw"), stream("enriched", "enriched", { shards: undefined })],
    };
    const functions = plant.functions.map((settings) => ({ ...settings, batchSize: 800 }));
    const { enriched } = packedBy({ ...plant, functions }, evenMix, 800);
    expect(1 / enriched.records).toBeCloseTo(50, 0);
  });

  test("makes a compressed record smaller, the more so the more events are in it, and its lines stay as long", () => {
    const compressed = { ...packing, isCompressed: true };
    const bytesOf = (plant: typeof packing, rate: number) => packedBy(plant, evenMix, rate).enriched.bytes;
    const [one, some, many] = [0.1, 40, 4_000].map((rate) => bytesOf(compressed, rate)) as [number, number, number];
    expect(many).toBeLessThan(some);
    expect(some).toBeLessThan(one);
    expect(one).toBeLessThan(bytesOf(packing, 0.1));
    expect(packedBy(compressed, evenMix, 4_000).enriched.lineBytes).toBe(1_024);
  });

  test("takes time for compression, and bills the warehouse for lines", () => {
    const compressed = packedBy({ ...packing, isCompressed: true }, evenMix, 100);
    const plain = packedBy(packing, evenMix, 100);
    const [enrichment] = smallPlant.functions;
    if (enrichment === undefined) throw new Error("There is no enrichment.");
    expect(workOf(enrichment, 1, compressed, 100).busy).toBeGreaterThan(workOf(enrichment, 1, plain, 100).busy);
    const snowpipe = (mix: typeof evenMix) =>
      billOf(smallPlant, mix, 100).lines.find(({ part }) => part === "Snowpipe")?.dollars;
    expect(snowpipe(compressed)).toBe(snowpipe(plain));
  });

  test("hardly packs what comes seldom", () => {
    expect(1 / packedBy({ ...packing, lanes: 4_096 }, evenMix, 100).enriched.records).toBeCloseTo(1, 1);
  });

  test("makes Firehose's rounding and the units of 25 KB cheaper, and nothing else", () => {
    const partsOf = (mix: typeof evenMix) =>
      new Map(billOf(smallPlant, mix, 100).lines.map(({ part, dollars }) => [part, dollars]));
    const [before, after] = [partsOf(evenMix), partsOf(packedBy(packing, evenMix, 100))];
    const cheaper = [...before].filter(([part, dollars]) => dollars - (after.get(part) ?? 0) > 1e-9);
    expect(cheaper.map(([part]) => part).sort()).toEqual(["Firehose", "Kinesis PUT units"]);
  });
});

test("lanes are a power of two, at least two for each shard", () => {
  expect([1, 2, 12, 16, 193].map(lanesNeeded)).toEqual([2, 4, 32, 32, 512]);
});
