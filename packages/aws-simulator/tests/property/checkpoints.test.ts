/** Consumers that die and are followed by others: nothing is left out, and nothing before a checkpoint comes again. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type Checkpoints,
  createRandom,
  DeliveryStream,
  EventSourceMapping,
  Kinesis,
  MemoryObjectStore,
  VirtualClock,
} from "../../src/index.ts";
import { textOf } from "../fixtures/mapping-fixture.ts";

const records = 120;
const livesMs = [1_500, 2_500, 4_000];

/** Checkpoints that outlive their consumers. */
function createCheckpoints(): Checkpoints {
  const saved = new Map<string, string>();
  return {
    load: (shardId) => {
      const after = saved.get(shardId);
      return after === undefined ? undefined : { after, records: 0 };
    },
    save: (shardId, after) => {
      // Checkpoints only ever go forward.
      expect(BigInt(after)).toBeGreaterThanOrEqual(BigInt(saved.get(shardId) ?? 0));
      saved.set(shardId, after);
    },
  };
}

async function createStream(seed: number) {
  const clock = new VirtualClock();
  const random = createRandom(seed);
  const kinesis = new Kinesis({ clock });
  const streamArn = kinesis.createStream({ streamName: "source", shardCount: 2 });
  const put = async (from: number, to: number) => {
    for (let n = from; n < to; n += 1) {
      const Records = [{ PartitionKey: `key-${n % 7}`, Data: Buffer.from(`key-${n % 7}:${n}\n`) }];
      kinesis.putRecords({ StreamName: "source", Records });
      await clock.runFor(Math.floor(random() * 100));
      if (random() < 0.03) kinesis.reshardAtRandom("source", random, 5);
    }
  };
  const wanted = Array.from({ length: records }, (_, n) => `key-${n % 7}:${n}`);
  return { clock, random, kinesis, streamArn, put, wanted };
}

const given = fc.record({
  seed: fc.integer(),
  batchSize: fc.integer({ min: 1, max: 20 }),
  parallelizationFactor: fc.integer({ min: 1, max: 5 }),
  failureRate: fc.constantFrom(0, 0.2),
});

describe("checkpoints", () => {
  test("of a mapping lead its successors past what is done and over nothing that is not", async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ seed, batchSize, parallelizationFactor, failureRate }) => {
        const { clock, random, kinesis, streamArn, put, wanted } = await createStream(seed);
        const checkpoints = createCheckpoints();
        const done: string[] = [];
        let life = 0;
        const createMapping = () => {
          const own = ++life;
          return new EventSourceMapping({
            kinesis,
            clock,
            streamArn,
            checkpoints: {
              load: (shardId) => checkpoints.load(shardId),
              // The dead write nothing.
              save: (shardId, after) => own === life && checkpoints.save(shardId, after),
            },
            batchSize,
            parallelizationFactor,
            invoke: async (event) => {
              await clock.sleep(Math.floor(random() * 1_500));
              if (random() < failureRate) throw new Error("failed");
              if (own === life) done.push(...event.Records.map(textOf).map((text) => text.trim()));
              return undefined;
            },
          });
        };
        const steps = [...livesMs.keys()];
        for (const [index, lifeMs] of livesMs.entries()) {
          await createMapping().start();
          await put(Math.floor((records * index) / steps.length), Math.floor((records * (index + 1)) / steps.length));
          await clock.runFor(lifeMs);
        }
        const last = createMapping();
        await last.start();
        await clock.run(last.stop());
        expect([...new Set(done)].sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 40 },
    );
  });

  test("of a delivery stream move when an object is stored, so that a successor stores the rest", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { clock, kinesis, streamArn, put, wanted } = await createStream(seed);
        const checkpoints = createCheckpoints();
        const objectStore = new MemoryObjectStore({ clock });
        const createDelivery = () =>
          new DeliveryStream({
            name: "to-lake",
            kinesis,
            clock,
            sourceStreamArn: streamArn,
            objectStore,
            bucket: "lake",
            bufferingIntervalSeconds: 2,
            startingPosition: "TRIM_HORIZON",
            checkpoints,
          });
        const first = createDelivery();
        await first.start();
        await put(0, 70);
        // It stores its buffer and reads no more: the rest is for the successor.
        await clock.run(first.stop({ drain: false }));
        const second = createDelivery();
        await put(70, records);
        await second.start();
        await clock.run(second.stop());
        const lines: string[] = [];
        for (const { key } of await objectStore.list("lake")) {
          const { bytes } = await objectStore.get("lake", key);
          lines.push(...Buffer.from(bytes).toString().trimEnd().split("\n"));
        }
        expect(lines.sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 40 },
    );
  });
});
