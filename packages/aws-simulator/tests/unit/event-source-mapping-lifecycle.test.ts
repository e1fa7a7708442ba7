import { describe, expect, test } from "@jest/globals";
import { createRandom, Faults, Kinesis, EventSourceMapping, VirtualClock } from "../../src/index.ts";
import { createMappingFixture, series } from "../fixtures/mapping-fixture.ts";

describe("an update", () => {
  test("holds from the next batch on, and one that AWS would refuse changes nothing", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({ batchSize: 2, handler: () => clock.sleep(1_000) });
    put(...series("a", 40));
    await mapping.start();
    await clock.runFor(500);
    mapping.update({ batchSize: 10 });
    expect(() => mapping.update({ batchSize: 0 })).toThrow(/batchSize/);
    await clock.runFor(60_000);
    const sizes = batches().map(({ length }) => length);
    expect(sizes[0]).toBe(2);
    expect(Math.max(...sizes)).toBe(10);
    expect(batches().flat()).toEqual(series("a", 40));
  });
});

describe("stopping", () => {
  test("processes everything that is in the stream first", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      batchSize: 10,
      shardCount: 3,
      maximumBatchingWindowInSeconds: 300,
      handler: () => clock.sleep(100),
    });
    await mapping.start();
    await clock.runFor(1_000);
    const texts = Array.from({ length: 200 }, (_, index) => `key${index % 7}:${index}`);
    put(...texts);
    await clock.run(mapping.stop());
    expect(batches().flat().sort()).toEqual([...texts].sort());
    expect(mapping.stats()).toMatchObject({ bufferedRecords: 0, inFlightInvocations: 0 });
    put("late");
    await clock.runFor(60_000);
    expect(batches().flat()).not.toContain("late");
    expect(clock.pendingTimers).toBe(0);
  });

  test("processes the children of a shard that was split meanwhile as well", async () => {
    const { clock, kinesis, mapping, put, batches } = createMappingFixture({ handler: () => clock.sleep(2_000) });
    await mapping.start();
    put(...series("a", 3));
    await clock.runFor(500);
    kinesis.updateShardCount({ StreamName: "source", TargetShardCount: 2, ScalingType: "UNIFORM_SCALING" });
    put("a:4", "b:1", "c:1", "d:1");
    await clock.run(mapping.stop());
    expect(batches().flat()).toHaveLength(7);
  });

  test("without draining lets the invocation under way end, and start goes on without loss or repetition", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      batchSize: 4,
      handler: () => clock.sleep(1_000),
    });
    put(...series("a", 12));
    await mapping.start();
    await clock.runFor(500);
    await clock.run(mapping.stop({ drain: false }));
    expect(batches()).toEqual([["a:1", "a:2", "a:3", "a:4"]]);
    await clock.runFor(600_000);
    expect(batches()).toHaveLength(1);
    await mapping.start();
    await clock.runFor(10_000);
    expect(batches().flat()).toEqual(series("a", 12));
  });

  test("without draining cuts a wait between retries short, and start tries again", async () => {
    let isBroken = true;
    const { clock, mapping, put, batches } = createMappingFixture({
      handler: () => {
        if (isBroken) throw new Error("down");
      },
    });
    put("a:1");
    await mapping.start();
    await clock.runFor(10_000);
    const tried = batches().length;
    await clock.run(mapping.stop({ drain: false }), { limitMs: 0 });
    isBroken = false;
    await clock.runFor(100_000);
    expect(batches()).toHaveLength(tried);
    await mapping.start();
    await clock.runFor(1_000);
    expect(mapping.stats()).toMatchObject({ recordsProcessed: 1, bufferedRecords: 0 });
  });

  test("can be cut short when draining would never end", async () => {
    const { clock, mapping, put } = createMappingFixture({
      handler: () => {
        throw new Error("for ever");
      },
    });
    put("a:1");
    await mapping.start();
    const draining = mapping.stop();
    await clock.runFor(100_000);
    await clock.run(mapping.stop({ drain: false }));
    await clock.run(draining);
    expect(mapping.stats().bufferedRecords).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is harmless before the start and when done twice", async () => {
    const { clock, mapping } = createMappingFixture();
    await clock.run(mapping.stop());
    await mapping.start();
    await mapping.start();
    await clock.run(mapping.stop());
    await clock.run(mapping.stop());
    expect(clock.pendingTimers).toBe(0);
  });

  test("for longer than an iterator lives loses nothing", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({ startingPosition: "LATEST" });
    await mapping.start();
    await clock.runFor(1_000);
    await mapping.stop({ drain: false });
    put("while stopped");
    await clock.runFor(1_000_000);
    await mapping.start();
    await clock.runFor(2_000);
    expect(batches().flat()).toEqual(["while stopped"]);
  });
});

describe("draining without stopping", () => {
  test("resolves when what was in the stream is done with", async () => {
    const { clock, mapping, put } = createMappingFixture({ batchSize: 1, handler: () => clock.sleep(100) });
    await mapping.start();
    put(...series("a", 10));
    await clock.run(mapping.drain());
    expect(mapping.stats().recordsProcessed).toBe(10);
    put("b:1");
    await clock.runFor(5_000);
    expect(mapping.stats().recordsProcessed).toBe(11);
  });
});

describe("a function that blocks its shard for longer than an iterator lives", () => {
  test("is given every record in the end, once", async () => {
    let isBroken = true;
    const { clock, mapping, put, invocations } = createMappingFixture({
      batchSize: 5,
      handler: () => {
        if (isBroken) throw new Error("down");
      },
    });
    await mapping.start();
    for (let round = 0; round < 10; round += 1) {
      put(...series(`k${round}`, 10));
      await clock.runFor(60_000);
    }
    isBroken = false;
    const before = invocations.length;
    await clock.runFor(120_000);
    expect(invocations.slice(before).flatMap(({ texts }) => texts)).toEqual(
      Array.from({ length: 10 }, (_, round) => series(`k${round}`, 10)).flat(),
    );
  });
});

describe("faults", () => {
  test("a batch that succeeded is delivered again when its checkpoint is lost, in the same order", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      batchSize: 10,
      random: createRandom(3),
      faults: { redeliveryRate: 0.5 },
    });
    put(...series("a", 100));
    await mapping.start();
    await clock.runFor(60_000);
    const { redeliveries, recordsProcessed } = mapping.stats();
    expect(redeliveries).toBeGreaterThan(0);
    expect(recordsProcessed).toBe(100);
    expect(batches()).toHaveLength(10 + redeliveries);
    const firstSeen = [...new Set(batches().flat())];
    expect(firstSeen).toEqual(series("a", 100));
  });

  test("reads that fail are tried again at the next poll and lose nothing", async () => {
    const clock = new VirtualClock();
    const faults = new Faults({
      seed: 5,
      rates: { serverErrorBefore: 0.2, shortRead: 0.3 },
      operations: ["GetRecords", "GetShardIterator", "ListShards"],
    });
    const kinesis = new Kinesis({ clock, faults, limitsControlPlane: false });
    const streamArn = kinesis.createStream({ streamName: "source", shardCount: 2 });
    const client = {
      listShards: kinesis.listShards.bind(kinesis),
      getShardIterator: kinesis.getShardIterator.bind(kinesis),
      getRecords: (input: Parameters<Kinesis["getRecords"]>[0]) => {
        if (random() < 0.4) throw new Error("Rate exceeded");
        return kinesis.getRecords(input);
      },
    };
    const random = createRandom(9);
    const seen: string[] = [];
    const mapping = new EventSourceMapping({
      kinesis: client,
      clock,
      streamArn,
      invoke: async (event) => {
        for (const { kinesis: record } of event.Records) seen.push(record.partitionKey);
      },
    });
    const keys = Array.from({ length: 300 }, (_, index) => `key${index}`);
    kinesis.putRecords({
      StreamName: "source",
      Records: keys.map((key) => ({ PartitionKey: key, Data: Buffer.from("x") })),
    });
    await mapping.start();
    await clock.run(mapping.stop());
    expect(seen.sort()).toEqual(keys.sort());
    expect(mapping.stats().readErrors).toBeGreaterThan(0);
  });
});

describe("stats", () => {
  test("tell how old the newest processed record was, as IteratorAge does", async () => {
    const { clock, mapping, put } = createMappingFixture({ handler: () => clock.sleep(250) });
    put("a:1");
    await clock.runFor(3_000);
    await mapping.start();
    await clock.runFor(500);
    expect(mapping.stats()).toMatchObject({ iteratorAgeMs: 3_250, recordsIn: 1, batches: 1, invocations: 1 });
    expect(mapping.stats().shards).toMatchObject([{ shardId: "shardId-000000000000", state: "reading" }]);
  });

  test("show a blocked shard by the age of its oldest record", async () => {
    const { clock, mapping, put } = createMappingFixture({
      handler: () => {
        throw new Error("down");
      },
    });
    put("a:1");
    await mapping.start();
    await clock.runFor(100_000);
    expect(mapping.stats()).toMatchObject({ oldestRecordAgeMs: 100_000, iteratorAgeMs: 0, millisBehindLatest: 0 });
  });
});
