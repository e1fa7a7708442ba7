import { expect, test } from "@jest/globals";
import { createRandom, VirtualClock } from "@millrace/aws-simulator";
import type { PutOptions, PutRecord } from "@millrace/put-records";
import fc from "fast-check";
import { createStreamHandler, type Output } from "../../src/index.ts";
import { eventOf, type Fate, type FakeDestination, fakeDestination, sequenceNumber } from "../support/lambda.ts";

const destinations = ["left", "middle", "right"];

const plan = fc.record({
  seed: fc.integer(),
  /** Per source record, the destinations of its outputs. */
  outputs: fc.array(fc.array(fc.constantFrom(...destinations), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 60,
  }),
  /** Share of outputs that fail, in the first invocations. */
  failing: fc.constantFrom(0.02, 0.2, 0.9),
  /** Share of records that process throws for. */
  throwing: fc.constantFrom(0, 0.1),
  slow: fc.constantFrom(0, 0.3),
  remainingMs: fc.constantFrom(400, 2000, 10_000),
  badInvocations: fc.nat(6),
});

test("the checkpoint is the first record with an output not confirmed, and nothing confirmed is written again", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, outputs, failing, throwing, slow, remainingMs, badInvocations }) => {
      const random = createRandom(String(seed));
      const clock = new VirtualClock({ random });
      let invocation = 0;
      const isBad = () => invocation < badInvocations;
      const fate = (): Fate => (isBad() && random() < failing ? "failed" : random() < 0.1 ? "ambiguous" : "delivered");
      const delay = () => (isBad() && random() < slow ? 5000 : Math.floor(random() * 50));
      const confirmed = new Set<string>();
      const writtenAfterConfirmation: string[] = [];
      const streams = new Map<string, FakeDestination>();
      for (const name of destinations) {
        const inner = fakeDestination(clock, fate, delay);
        const put = async (records: readonly PutRecord[], options?: PutOptions) => {
          const ids = records.map((record) => Buffer.from(record.data).toString());
          writtenAfterConfirmation.push(...ids.filter((id) => confirmed.has(id)));
          const deliveries = await inner.put(records, options);
          for (const [i, id] of ids.entries()) if (deliveries[i]?.status === "delivered") confirmed.add(id);
          return deliveries;
        };
        streams.set(name, { ...inner, put });
      }
      const handler = createStreamHandler({
        processor: { name: "test", version: "1" },
        clock,
        destinations: (name) => streams.get(name)!,
        process: async (source): Promise<Output[]> => {
          const sequence = Number(source.sequenceNumber);
          if (isBad() && random() < slow) await clock.sleep(300);
          if (isBad() && random() < throwing) throw new Error("not this time");
          return outputs[sequence]!.map((destination, index) => ({
            destination,
            partitionKey: "k",
            data: Buffer.from(`${sequence}/${index}`),
          }));
        },
      });
      const isDone = (sequence: number) =>
        outputs[sequence]!.every((_destination, index) => confirmed.has(`${sequence}/${index}`));
      const all = outputs.map((_outputs, sequence) => sequence);
      let from = 0;
      for (; invocation < badInvocations + 1; invocation++) {
        const endsAt = clock.now() + (isBad() ? remainingMs : 60_000);
        const batch = all.slice(from).map((sequence) => ({ sequence, text: "x" }));
        const answer = await clock.run(
          handler(eventOf(batch), { getRemainingTimeInMillis: () => endsAt - clock.now() }),
        );
        expect(clock.now()).toBeLessThan(endsAt);
        const first = all.find((sequence) => sequence >= from && !isDone(sequence));
        expect(answer).toEqual({
          batchItemFailures: first === undefined ? [] : [{ itemIdentifier: sequenceNumber(first) }],
        });
        if (first === undefined) break;
        from = first;
      }
      expect(all.every(isDone)).toBe(true);
      expect(writtenAfterConfirmation).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
