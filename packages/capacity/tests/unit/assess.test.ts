import { expect, test } from "@jest/globals";
import { assess, resize } from "../../src/model/assess.ts";
import { workOf } from "../../src/model/functions.ts";
import { packed } from "../../src/model/stream-size.ts";
import type { Plant } from "../../src/stack/plant.ts";
import { evenMix, smallPlant, stream } from "../support/small-plant.ts";

const part = (plant: Plant, name: string, eventsPerSecond = 500, mix = evenMix) => {
  const found = assess(plant, mix, eventsPerSecond).parts.find((each) => each.name === name);
  if (found === undefined) throw new TypeError(name);
  return found;
};

test("a shard is full of records or of bytes, whichever comes first", () => {
  // 1,000 records of half a kilobyte, or 1,024 of one kilobyte, are a shard; its two readers fill as much of it.
  expect(part(smallPlant, "raw")).toMatchObject({
    utilization: 0.5,
    breaksAt: 1_000,
    limit: "1,000 records/s by 1 shards",
  });
  const large = { ...evenMix, raw: packed(2_048, 1) };
  expect(part(smallPlant, "raw", 256, large)).toMatchObject({ utilization: 0.5, breaksAt: 512, load: "0.50 MiB/s" });
});

test("more than two readers fill a shard before its writers do", () => {
  const streams = [stream("raw", "raw"), stream("enriched", "enriched", { readers: 4 })];
  // 512 events of 1 KiB, read four times, are 2 MiB a second.
  expect(part({ ...smallPlant, streams }, "enriched", 256)).toMatchObject({
    utilization: 0.5,
    breaksAt: 512,
    load: "1.00 MiB/s read by 4",
  });
});

test("a destination gets its share, measured before planned", () => {
  expect(part(smallPlant, "orders").breaksAt).toBe(2_000);
  expect(part(smallPlant, "orders", 500, { ...evenMix, shares: { orders: 0.8 } }).breaksAt).toBe(1_250);
  expect(part(smallPlant, "orders", 500, { ...evenMix, shares: { orders: 0 } }).breaksAt).toBeUndefined();
});

test("a lane of a function is full when its events and the round trips of its batches take a whole second", () => {
  const [enrichment] = smallPlant.functions;
  if (enrichment === undefined) throw new TypeError("no function");
  // 100 µs an event and 20 ms for each hundred of them.
  expect(workOf(enrichment, 2, evenMix, 1).eventsTaken).toBeCloseTo((2 * 1_000) / 0.3);
  // Half a vCPU takes twice the time for events; two do not take half of it.
  expect(workOf({ ...enrichment, memoryMebibytes: 884.5 }, 1, evenMix, 1).eventsTaken).toBeCloseTo(1_000 / 0.4);
  expect(workOf({ ...enrichment, memoryMebibytes: 3_538 }, 1, evenMix, 1).eventsTaken).toBeCloseTo(1_000 / 0.3);
  expect(workOf({ ...enrichment, reservedConcurrency: 1 }, 2, evenMix, 1).lanes).toBe(1);
});

test("a function is invoked once a window, and more often once a window's records do not fit a batch", () => {
  const [enrichment] = smallPlant.functions;
  if (enrichment === undefined) throw new TypeError("no function");
  const invocations = (rate: number): number => workOf(enrichment, 2, evenMix, rate).invocationsPerSecond;
  expect([invocations(1), invocations(100), invocations(1_000)]).toEqual([1, 2, 10]);
});

test("what breaks first is the part that is full at the lowest rate", () => {
  // Two replicas of one core at 68 % take 2,000 events/s each.
  expect(part(smallPlant, "ingest").breaksAt).toBe(4_000);
  expect(assess(smallPlant, evenMix, 1).first).toEqual({ kind: "stream", name: "raw", eventsPerSecond: 1_000 });
  const streams = smallPlant.streams.map((each) => ({ ...each, shards: 100 }));
  expect(assess({ ...smallPlant, streams }, evenMix, 1).first).toMatchObject({ name: "ingest" });
});

test("a deployment that was resized for a rate carries it at the planned load, and fitting takes away what is too much", () => {
  const rate = 20_000;
  const fitted = resize(smallPlant, evenMix, rate, "fit");
  const { parts } = assess(
    { ...fitted, service: { ...fitted.service, maxReplicas: fitted.service.minReplicas } },
    evenMix,
    rate,
  );
  for (const { kind, name, utilization } of parts) {
    // The autoscaler's target is the planned load of replicas.
    expect([name, (utilization ?? 0) <= (kind === "service" ? 1 : 0.8)]).toEqual([name, true]);
  }
  expect(fitted.streams.map(({ shards }) => shards)).toEqual([25, 25, 1, 13]);
  const large = { ...smallPlant, streams: smallPlant.streams.map((each) => ({ ...each, shards: 40 })) };
  expect(resize(large, evenMix, rate, "grow").streams[0]?.shards).toBe(40);
  expect(resize(large, evenMix, rate, "fit").streams[0]?.shards).toBe(25);
});

test("an on-demand stream is never given shards", () => {
  const onDemand = { ...smallPlant, streams: smallPlant.streams.map((each) => ({ ...each, shards: undefined })) };
  expect(part(onDemand, "raw").breaksAt).toBe(4_000);
  expect(part(onDemand, "raw").needs).toBe("nothing, on demand");
  expect(resize(onDemand, evenMix, 1e6, "grow").streams[0]?.shards).toBeUndefined();
});
