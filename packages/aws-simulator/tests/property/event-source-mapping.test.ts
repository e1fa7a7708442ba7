import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRandom, type KinesisStreamEvent, TooManyRequestsError } from "../../src/index.ts";
import { createMappingFixture, keyOfText, textOf } from "../fixtures/mapping-fixture.ts";

const mappingOptions = fc.record({
  batchSize: fc.integer({ min: 1, max: 40 }),
  maximumBatchingWindowInSeconds: fc.constantFrom(0, 0, 1, 10),
  parallelizationFactor: fc.integer({ min: 1, max: 10 }),
  maximumRetryAttempts: fc.integer({ min: 0, max: 4 }),
  maximumRecordAgeInSeconds: fc.constantFrom(-1, -1, 60, 3_600),
  bisectBatchOnFunctionError: fc.boolean(),
  functionResponseTypes: fc.constantFrom([], ["ReportBatchItemFailures"]),
  isBatchOpenUntilRun: fc.boolean(),
  shardCount: fc.integer({ min: 1, max: 4 }),
});

const run = fc.record({
  seed: fc.integer(),
  options: mappingOptions,
  failureRate: fc.constantFrom(0, 0.1, 0.4),
  throttleRate: fc.constantFrom(0, 0.2),
  poisonRate: fc.constantFrom(0, 0.02),
  reshards: fc.integer({ min: 0, max: 3 }),
  records: fc.integer({ min: 1, max: 150 }),
  keys: fc.integer({ min: 1, max: 12 }),
  stops: fc.boolean(),
});

type Schedule = typeof run extends fc.Arbitrary<infer Value> ? Value : never;

/** One schedule: records are put while the stream is resharded and the function fails in every way it may. */
async function simulate(given: Schedule) {
  const { options, seed, failureRate, throttleRate, poisonRate } = given;
  const random = createRandom(seed);
  const processed: string[] = [];
  const poison = new Set<string>();
  const isReporting = options.functionResponseTypes.length > 0;
  const fixture = createMappingFixture({
    ...options,
    random: createRandom(`${seed}/mapping`),
    waitForProcess: () => fixture.clock.sleep(Math.floor(random() * 3_000)),
    handler: async (texts, event) => {
      if (random() < throttleRate) throw new TooManyRequestsError("Rate Exceeded.");
      await fixture.clock.sleep(Math.floor(random() * 3_000));
      const firstPoison = texts.findIndex((text) => poison.has(text));
      const failsAt = random() < failureRate ? Math.floor(random() * texts.length) : firstPoison;
      const done = failsAt < 0 ? texts : isReporting ? texts.slice(0, failsAt) : [];
      processed.push(...done);
      if (failsAt < 0) return undefined;
      if (!isReporting) throw new Error("failed");
      return itemFailures(event, failsAt, random);
    },
  });
  const { clock, kinesis, mapping, put } = fixture;
  await mapping.start();
  const texts: string[] = [];
  for (let index = 0; index < given.records; index += 1) {
    const text = `key${Math.floor(random() * given.keys)}:${index}`;
    if (random() < poisonRate) poison.add(text);
    texts.push(text);
    put(text);
    if (random() < 0.3) await clock.runFor(Math.floor(random() * 4_000));
    if (index % 50 === 25 && index / 50 < given.reshards) kinesis.reshardAtRandom("source", random, 6);
    if (given.stops && random() < 0.02) {
      await clock.run(mapping.stop({ drain: false }));
      await clock.runFor(Math.floor(random() * 600_000));
      await mapping.start();
    }
  }
  await clock.run(mapping.stop(), { limitMs: 7 * 86_400_000 });
  const failures = await fixture.failures();
  const discarded = failures.flatMap(({ payload }) =>
    (JSON.parse(payload as string) as KinesisStreamEvent).Records.map(textOf),
  );
  return {
    texts,
    processed,
    discarded,
    stats: mapping.stats(),
    batches: fixture.batches(),
    pending: clock.pendingTimers,
  };
}

function itemFailures(event: KinesisStreamEvent, from: number, random: () => number) {
  const items = event.Records.slice(from).filter((_record, index) => index === 0 || random() < 0.5);
  // In any order: the lowest counts.
  items.sort(() => random() - 0.5);
  return { batchItemFailures: items.map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })) };
}

describe("an event source mapping under any schedule", () => {
  test("ends with every record either processed or given up, each of these once", async () => {
    await fc.assert(
      fc.asyncProperty(run, async (given) => {
        const { texts, processed, discarded, stats, pending } = await simulate(given);
        expect([...processed, ...discarded].sort()).toEqual([...texts].sort());
        expect(stats).toMatchObject({
          recordsIn: texts.length,
          recordsProcessed: processed.length,
          discardedRecords: discarded.length,
          bufferedRecords: 0,
          inFlightInvocations: 0,
        });
        expect(pending).toBe(0);
      }),
      { numRuns: 80 },
    );
  });

  test("processes the records of a key in the order they were put", async () => {
    await fc.assert(
      fc.asyncProperty(run, async (given) => {
        const { texts, processed } = await simulate(given);
        for (const key of new Set(texts.map(keyOfText))) {
          const order = processed.filter((text) => keyOfText(text) === key).map((text) => texts.indexOf(text));
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("does the same thing twice for the same seed", async () => {
    await fc.assert(
      fc.asyncProperty(run, async (given) => {
        expect(await simulate(given)).toEqual(await simulate(given));
      }),
      { numRuns: 20 },
    );
  });

  test("never hands a function more than the batch size", async () => {
    await fc.assert(
      fc.asyncProperty(run, async (given) => {
        const { batches } = await simulate(given);
        expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(given.options.batchSize);
      }),
      { numRuns: 20 },
    );
  });
});
