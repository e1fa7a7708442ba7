import { GetRecordsCommand, type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { expect, test } from "@jest/globals";
import { Kinesis, sleep, VirtualClock } from "@millrace/aws-simulator";
import { createLiveWatch } from "../../src/run/live-watch.ts";

const stream = "p-events";

test("a look has the ages of live events that arrived between its begin and its end", () =>
  inWorld(3, async ({ clock, put, watch }) => {
    await put({ id: "before it began" });
    const look = await watch.begin();
    await clock.sleep(1_000);
    await put({ id: "live", ageMs: 120 });
    await put({ id: "replayed", ageMs: 50, replayedat: "2026-11-29T10:00:00.000Z" });
    await put({ id: "backfilled", ageMs: 86_400_000 });
    await put({ id: "late", ageMs: 900 });
    expect([...((await look.ages()) ?? [])].sort((a, b) => a - b)).toEqual([120, 900]);
    const next = await watch.begin();
    await clock.sleep(1_000);
    expect(await next.ages()).toEqual([]);
  }));

test("a look at the raw stream has the times in which ingest took events", () =>
  inWorld(
    1,
    async ({ clock, put, watch }) => {
      const look = await watch.begin();
      await clock.sleep(1_000);
      await put({ id: "live", ageMs: 7 });
      await put({ id: "replayed", ageMs: 86_400_000, replayedat: "2026-11-29T10:00:00.000Z" });
      expect(await look.ages()).toEqual([7]);
    },
    "raw",
  ));

test("looks read a few shards once each, other ones each time", () =>
  inWorld(12, async ({ clock, put, watch, reads }) => {
    const found: number[] = [];
    for (let count = 1; count <= 4; count += 1) {
      const look = await watch.begin();
      await clock.sleep(8_000);
      for (let id = 0; id < 60; id += 1) await put({ id: String(id) });
      found.push((await look.ages())?.length ?? 0);
      expect(reads()).toBe(3 * count);
    }
    // The same sixty keys each time: four looks of three shards see each of them once.
    expect(found.reduce((sum, count) => sum + count, 0)).toBe(60);
  }));

test("a shard whose reads the pipeline has taken is read a little later", () =>
  inWorld(1, async ({ clock, kinesis, put, watch }) => {
    const look = await watch.begin();
    await clock.sleep(1_000);
    await put({ id: "live", ageMs: 70 });
    const { ShardIterator } = kinesis.getShardIterator({
      ...{ StreamName: stream, ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" },
    });
    for (let read = 0; read < 5; read += 1) kinesis.getRecords({ ShardIterator });
    expect(() => kinesis.getRecords({ ShardIterator })).toThrow("Rate exceeded");
    const before = clock.now();
    expect(await look.ages()).toEqual([70]);
    expect(clock.now()).toBeGreaterThan(before);
  }));

test("a look that reads nothing says so, and the next ones go on", () =>
  inWorld(1, async ({ clock, put, watch }) => {
    const look = await watch.begin();
    // The iterator expires.
    await clock.sleep(600_000);
    expect(await look.ages()).toBeUndefined();
    const next = await watch.begin();
    await put({ id: "live", ageMs: 70 });
    expect(await next.ages()).toEqual([70]);
  }));

async function inWorld(
  shardCount: number,
  work: (world: ReturnType<typeof createWorld>) => Promise<void>,
  form: "raw" | "enriched" = "enriched",
) {
  const world = createWorld(shardCount, form);
  await world.clock.run(work(world));
}

function createWorld(shardCount: number, form: "raw" | "enriched") {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  kinesis.createStream({ streamName: stream, shardCount });
  const client = kinesis.client();
  let reads = 0;
  const counting = {
    send: (command: object) => {
      if (command instanceof GetRecordsCommand) reads += 1;
      return client.send(command as never);
    },
  };
  const liveFromMs = clock.now();
  return {
    clock,
    kinesis,
    reads: () => reads,
    watch: createLiveWatch({
      ...{ kinesis: counting as KinesisClient, stream: { name: stream, form }, liveFromMs },
      clock: { now: () => clock.now(), wait: (ms) => sleep(clock, ms) },
    }),
    put: async ({ id, ageMs = 0, replayedat }: { id: string; ageMs?: number; replayedat?: string }) => {
      const receivedat = new Date(clock.now() - ageMs).toISOString();
      const event = { id, source: "s", receivedat, ...(replayedat === undefined ? {} : { replayedat }) };
      const Records = [
        { PartitionKey: id, Data: Buffer.from(`${JSON.stringify(form === "raw" ? event : { event })}\n`) },
      ];
      await client.send(new PutRecordsCommand({ StreamName: stream, Records }));
    },
  };
}
