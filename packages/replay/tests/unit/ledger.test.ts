import { expect, test } from "@jest/globals";
import { MemoryObjectStore, sleep, VirtualClock } from "@millrace/aws-simulator";
import { createMemoryS3 } from "@millrace/stored-events/memory-s3";
import { Ledger } from "../../src/index.ts";
import { noCounts } from "../../src/ledger/counts.ts";

const bucket = "the-lake";
const progress = (seen: number) => ({ finishedParts: 0, cursors: {}, counts: { ...noCounts, seen } });
const certain = { isCertain: true };

function createWorld() {
  const clock = new VirtualClock();
  const own = { now: () => clock.now(), wait: (ms: number) => sleep(clock, ms) };
  const s3 = createMemoryS3(new MemoryObjectStore({ clock }));
  const slow: typeof s3 = {
    ...s3,
    putIf: async (...input) => {
      await own.wait(50);
      return s3.putIf(...input);
    },
  };
  return { clock, claim: () => Ledger.claim({ s3: slow, bucket, clock: own, holder: "host/x/1" }, "replay") };
}

test("events that another part is putting stay uncertain since its put began", async () => {
  const { clock, claim } = createWorld();
  await clock.run(
    (async () => {
      const { ledger } = await claim();
      const begunMs = clock.now();
      await ledger.beginPut("a");
      await clock.sleep(120_000);
      await ledger.beginPut("a");
      await ledger.beginPut("b");
      await ledger.save(progress(1), "b", certain);
      expect(ledger.state.uncertainSinceMs).toBe(begunMs);
      // The put of the first part failed in the middle.
      await ledger.end("stopped");
      expect(ledger.state.uncertainSinceMs).toBe(begunMs);
    })(),
  );
});

test("nothing is uncertain after a run that noted all that it put", async () => {
  const { clock, claim } = createWorld();
  await clock.run(
    (async () => {
      const { ledger } = await claim();
      await ledger.beginPut("a");
      await ledger.save(progress(1), "a", certain);
      await ledger.end("stopped");
      expect((await claim()).before?.uncertainSinceMs).toBeUndefined();
    })(),
  );
});

test("a lease that is renewed beside a write does not take its progress back", async () => {
  const { clock, claim } = createWorld();
  await clock.run(
    (async () => {
      const { ledger } = await claim();
      await clock.sleep(40_000);
      await Promise.all([ledger.save(progress(7), "a", certain), ledger.hold()]);
      expect(ledger.state.counts.seen).toBe(7);
    })(),
  );
});
