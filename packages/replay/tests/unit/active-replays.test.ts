import { expect, test } from "@jest/globals";
import { MemoryObjectStore, sleep, VirtualClock } from "@millrace/aws-simulator";
import { createMemoryS3 } from "@millrace/stored-events/memory-s3";
import { ActiveReplays, type ReplayPlan, ReplayRefusedError } from "../../src/index.ts";
import { LEASE_MS, LEASE_RESERVE_MS } from "../../src/limits.ts";

const plan = (id: string): ReplayPlan => ({
  id,
  selection: { store: "raw", fromMs: 0, toMs: 3_600_000, filters: {} },
  target: "pipeline",
  replayedAt: new Date(0).toISOString(),
  mayBeWorse: false,
  reason: "",
  by: "",
});

function createWorld() {
  const clock = new VirtualClock();
  const own = { now: () => clock.now(), wait: (ms: number) => sleep(clock, ms) };
  const s3 = createMemoryS3(new MemoryObjectStore({ clock }));
  return { clock, replays: (holder: string) => new ActiveReplays({ s3, bucket: "the-lake", clock: own, holder }) };
}

test("a replay that holds its entry before each put keeps others out for as long as it runs", async () => {
  const { clock, replays } = createWorld();
  await clock.run(
    (async () => {
      const first = replays("host/x/1");
      await first.enter(plan("a"));
      for (let put = 0; put < 20; put += 1) {
        await clock.sleep(LEASE_RESERVE_MS / 2);
        await first.hold(plan("a"));
        await expect(replays("host/y/2").enter(plan("b"))).rejects.toThrow(ReplayRefusedError);
      }
      await first.leave("a");
      await replays("host/y/2").enter(plan("b"));
    })(),
  );
});

test("an entry that is held no more ends by itself, and its replay is refused once another has entered", async () => {
  const { clock, replays } = createWorld();
  await clock.run(
    (async () => {
      const first = replays("host/x/1");
      await first.enter(plan("a"));
      await clock.sleep(LEASE_MS);
      await replays("host/y/2").enter(plan("b"));
      await expect(first.hold(plan("a"))).rejects.toThrow(ReplayRefusedError);
    })(),
  );
});
