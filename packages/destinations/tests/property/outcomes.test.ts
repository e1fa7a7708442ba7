import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createWorld, type EntryKind, recordOf } from "../support/world.ts";

const share = fc.double({ min: 0, max: 0.3, noNaN: true });
const rates = fc.record({
  throttle: share,
  serverErrorBefore: share,
  serverErrorAfter: share,
  resetBefore: share,
  resetAfter: share,
  slow: share,
  entryThrottle: share,
  entryFailure: share,
  entryFailureStored: share,
});

test("whatever goes wrong, an outcome is true: delivered lies there, failed without doubt does not, once without doubt", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<EntryKind>("sqs", "eventbridge"),
      rates,
      fc.integer(),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 8_000 }),
      async (kind, faults, seed, count, withinMs) => {
        const world = createWorld(kind, faults, seed);
        const ids = Array.from({ length: count }, (_, index) => String(index));
        const startedAt = world.clock.now();
        const deliveries = await world.put(
          ids.map((id) => recordOf(id)),
          withinMs,
        );
        expect(world.clock.now() - startedAt).toBeLessThanOrEqual(withinMs);
        // A request that was given up may still arrive.
        await world.clock.runFor(20_000);
        const stored = world.stored();
        const copiesOf = (id: string) => stored.filter((other) => other === id).length;
        expect(deliveries).toHaveLength(count);
        for (const [index, { status, isAmbiguous }] of deliveries.entries()) {
          const copies = copiesOf(ids[index] ?? "");
          if (status === "delivered") expect(copies).toBeGreaterThanOrEqual(1);
          if (!isAmbiguous) expect(copies).toBe(status === "delivered" ? 1 : 0);
        }
      },
    ),
    { numRuns: 150 },
  );
});
