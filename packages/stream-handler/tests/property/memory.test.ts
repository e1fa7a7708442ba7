import { expect, test } from "@jest/globals";
import { createRandom, VirtualClock } from "@millrace/aws-simulator";
import fc from "fast-check";
import { createStreamHandler, type Output } from "../../src/index.ts";
import { eventOf, fakeDestination } from "../support/lambda.ts";

const sequences = 40;

const plan = fc.record({
  seed: fc.integer(),
  /** Per source record, how many outputs it has. */
  outputs: fc.array(fc.nat(3), { minLength: sequences, maxLength: sequences }),
  failing: fc.constantFrom(0, 0.2, 0.7),
  /** A delivery of Lambda: any records of the shard, in their order, as lanes, bisection and lost answers make it. */
  batches: fc.array(fc.uniqueArray(fc.nat(sequences - 1), { minLength: 1, maxLength: 20 }), {
    minLength: 2,
    maxLength: 12,
  }),
});

test("whatever Lambda delivers again, each output is written until it is confirmed, and then never again", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, outputs, failing, batches }) => {
      const random = createRandom(String(seed));
      const clock = new VirtualClock({ random });
      const confirmed = new Set<string>();
      const out = fakeDestination(clock, (text) => {
        if (random() < failing) return "failed";
        confirmed.add(text);
        return "delivered";
      });
      const handler = createStreamHandler({
        processor: { name: "test", version: "1" },
        clock,
        destinations: () => out,
        process: (source): Output[] =>
          Array.from({ length: outputs[Number(source.sequenceNumber)] ?? 0 }, (_, index) => ({
            destination: `stream-${index % 2}`,
            partitionKey: "k",
            data: Buffer.from(`${Number(source.sequenceNumber)}/${index}`),
          })),
      });
      for (const batch of batches) {
        const inOrder = batch.toSorted((a, b) => a - b);
        const due = inOrder.flatMap((sequence) =>
          Array.from({ length: outputs[sequence] ?? 0 }, (_, index) => `${sequence}/${index}`).filter(
            (id) => !confirmed.has(id),
          ),
        );
        out.written.length = 0;
        const records = inOrder.map((sequence) => ({ sequence, text: "x" }));
        await clock.run(handler(eventOf(records), { getRemainingTimeInMillis: () => 10_000 }));
        expect(out.written.toSorted()).toEqual(due.toSorted());
      }
    }),
    { numRuns: 500 },
  );
});
