import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ReplayRefusedError, type Selection } from "../../src/index.ts";
import { createReplayWorld, type Defect, type ReplayWorld } from "../support/replay-world.ts";

const ids = Array.from({ length: 900 }, (_, index) => `e${index}`);

/** The range is by the clock of Kinesis, and over by that of the operator. */
async function filled(world: ReplayWorld, kinesisSkewMs = 0): Promise<Selection> {
  const fromMs = world.clock.now() + kinesisSkewMs;
  await world.fill(ids);
  await world.clock.sleep(1_000);
  const toMs = world.clock.now() + kinesisSkewMs;
  await world.clock.sleep(Math.max(0, kinesisSkewMs));
  return { store: "raw", fromMs, toMs, filters: {} };
}

/** Events of the raw stream that a replay put, with how often. */
function replayed(world: ReplayWorld): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { id, replayedat } of world.lines()) {
    if (replayedat !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

const once = new Map(ids.map((id) => [id, 1]));

const kills = fc.array(fc.record({ afterCalls: fc.integer({ min: 1, max: 60 }), isCarriedOut: fc.boolean() }), {
  minLength: 1,
  maxLength: 5,
});
/** Five events a second: a step of one shard takes 50 s, all of it 180 s. */
const stopsMs = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 5 });

test("a replay that is stopped ends within a second, however slow it is, and goes on exactly there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), stopsMs, async (seed, stops) => {
      const world = createReplayWorld(seed, { eventsPerSecond: 5 });
      await world.clock.run(
        (async () => {
          const selection = await filled(world);
          for (const [index, afterMs] of stops.entries()) {
            const stop = new AbortController();
            const run = world.run(selection, `host/x/${index}`, undefined, undefined, stop.signal);
            await world.clock.sleep(afterMs);
            const stoppedMs = world.clock.now();
            stop.abort();
            expect(await run).toBe("stopped");
            expect(world.clock.now() - stoppedMs).toBeLessThan(1_000);
          }
          expect(await world.run(selection, "host/x/last")).toBe("done");
          expect(replayed(world)).toEqual(once);
        })(),
      );
    }),
    { numRuns: 15 },
  );
});

const skewsMs = fc.integer({ min: -240_000, max: 240_000 });

test("a replay that is killed at any call, by any clock of Kinesis, puts every event exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), kills, skewsMs, fc.boolean(), async (seed, each, kinesisSkewMs, mayBeWorse) => {
      const world = createReplayWorld(seed, { kinesisSkewMs, mayBeWorse });
      await world.clock.run(
        (async () => {
          const selection = await filled(world, kinesisSkewMs);
          for (const [index, kill] of each.entries()) {
            if ((await world.run(selection, `host/x/${index}`, kill)) === "done") break;
            // Nothing else tells that a process of another machine is gone.
            await world.clock.sleep(61_000);
          }
          expect(["done", "nothing to do"]).toContain(await world.run(selection, "host/x/last"));
          expect(replayed(world)).toEqual(once);
          expect(new Set(world.lines().flatMap(({ replayedat }) => replayedat ?? [])).size).toBe(1);
          expect(await world.run(selection, "host/x/second")).toBe("nothing to do");
        })(),
      );
    }),
    { numRuns: 25 },
  );
});

test("dead letters of the enriched stream are put back once beside their originals, killed at any call", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), kills, skewsMs, async (seed, each, kinesisSkewMs) => {
      const world = createReplayWorld(seed, { kinesisSkewMs });
      await world.clock.run(
        (async () => {
          const fromMs = world.clock.now() + kinesisSkewMs;
          await world.giveUp(ids);
          await world.clock.sleep(1_000);
          const toMs = world.clock.now() + kinesisSkewMs;
          const selection: Selection = { store: "dead-letters", fromMs, toMs, filters: {} };
          for (const [index, kill] of each.entries()) {
            if ((await world.run(selection, `host/x/${index}`, kill)) === "done") break;
            await world.clock.sleep(61_000);
          }
          expect(["done", "nothing to do"]).toContain(await world.run(selection, "host/x/last"));
          expect([...world.enrichedIds()].sort()).toEqual([...ids, ...ids].sort());
        })(),
      );
    }),
    { numRuns: 25 },
  );
});

test("of two runs at once, of one selection or of overlapping ones, the second is refused and changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: -500, max: 500 }), fc.nat(400), async (seed, shiftMs, delayMs) => {
      const world = createReplayWorld(seed);
      await world.clock.run(
        (async () => {
          const selection = await filled(world);
          const other = { ...selection, fromMs: selection.fromMs + shiftMs };
          const first = world.run(selection, "host/x/1");
          const second = world.clock.sleep(delayMs).then(() => world.run(other, "host/x/2"));
          const outcomes = await Promise.allSettled([first, second]);
          const refused = outcomes.filter((outcome) => outcome.status === "rejected");
          expect(refused.map(({ reason }) => (reason as Error).constructor)).toEqual([ReplayRefusedError]);
          const counts = [...replayed(world).values()];
          expect(Math.max(...counts)).toBe(1);
          // The one that went on did all of its range.
          if (outcomes[0].status === "fulfilled") expect(replayed(world)).toEqual(once);
        })(),
      );
    }),
    { numRuns: 10 },
  );
});

test("a replay keeps overlapping ones away until its end, however long its puts take", async () => {
  // A step of 250 events takes longer than an entry lasts.
  const eventsPerSecond = 2;
  const durationMs = (ids.length / eventsPerSecond) * 1_000;
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 95 }), async (seed, percent) => {
      const world = createReplayWorld(seed, { eventsPerSecond });
      await world.clock.run(
        (async () => {
          const selection = await filled(world);
          const first = world.run(selection, "host/x/1");
          await world.clock.sleep((durationMs * percent) / 100);
          const other = { ...selection, fromMs: selection.fromMs + 500 };
          await expect(world.run(other, "host/x/2")).rejects.toThrow(ReplayRefusedError);
          expect(await first).toBe("done");
          expect(replayed(world)).toEqual(once);
        })(),
      );
    }),
    { numRuns: 15 },
  );
});

test("a replay keeps others away while it reads back what a dead run has put", async () => {
  const world = createReplayWorld(1, { readMs: 15_000 });
  await world.clock.run(
    (async () => {
      const selection = await filled(world);
      expect(await world.run(selection, "host/x/1", { afterCalls: 40, isCarriedOut: true })).toBe("dead");
      await world.clock.sleep(61_000);
      const resumed = world.run(selection, "host/x/2");
      await world.clock.sleep(65_000);
      for (const fromMs of [selection.fromMs, selection.fromMs + 500]) {
        await expect(world.run({ ...selection, fromMs }, "host/x/3")).rejects.toThrow(ReplayRefusedError);
      }
      expect(await resumed).toBe("done");
      expect(replayed(world)).toEqual(once);
    })(),
  );
});

test("a process that was thought dead stops before it writes over the ledger of its successor", async () => {
  const world = createReplayWorld(1);
  await world.clock.run(
    (async () => {
      const selection = await filled(world);
      let paused: (() => void) | undefined;
      const putIf = world.s3.putIf.bind(world.s3);
      let saves = 0;
      // The first process stands still at its tenth write, for longer than its lease.
      world.s3.putIf = async (place, key, body, condition) => {
        if (key.endsWith("state.json") && String(body).includes("host/x/1") && (saves += 1) === 10) {
          await new Promise<void>((resolve) => (paused = resolve));
        }
        return putIf(place, key, body, condition);
      };
      const first = world.run(selection, "host/x/1").then(
        () => "done",
        (error: unknown) => (error as Error).name,
      );
      while (paused === undefined) await world.clock.sleep(100);
      await world.clock.sleep(61_000);
      expect(await world.run(selection, "host/x/2")).toBe("done");
      paused();
      expect(await first).toBe("LeaseLostError");
      expect(replayed(world)).toEqual(once);
    })(),
  );
});

/** The fault that is left after a replay was killed in the middle and gone on with. */
async function violations(seed: number, defect: Defect): Promise<string | undefined> {
  const world = createReplayWorld(seed);
  return world.clock.run(
    (async () => {
      const selection = await filled(world);
      const kill = { afterCalls: 12 + (seed % 30), isCarriedOut: seed % 2 === 0 };
      await world.run(selection, "host/x/1", kill, defect);
      if (defect !== "unconditional-writes") await world.clock.sleep(61_000);
      // Without its lease the first run would go on beside this one.
      const runs = defect === "unconditional-writes" ? ["host/x/2", "host/x/3"] : ["host/x/2"];
      await Promise.allSettled(runs.map((holder) => world.run(selection, holder, undefined, defect)));
      await world.clock.sleep(61_000);
      const counts = replayed(world);
      const times = new Set(world.lines().flatMap(({ replayedat }) => replayedat ?? []));
      if (times.size > 1) return "times differ";
      if ([...counts.values()].some((count) => count > 1)) return "doubled";
      return counts.size < ids.length ? "lost" : undefined;
    })(),
  );
}

test.each<Defect>(["noted-before-put", "no-read-back", "unconditional-writes", "time-of-each-run"])(
  "planted into a replay, %s is noticed",
  async (defect) => {
    let found: string | undefined;
    for (let seed = 0; seed < 12 && found === undefined; seed += 1) found = await violations(seed, defect);
    expect(found).toBeDefined();
  },
);
