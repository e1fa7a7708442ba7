import { type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { expect, test } from "@jest/globals";
import { Kinesis, VirtualClock } from "@millrace/aws-simulator";
import { createLiveWatch } from "../../src/run/live-watch.ts";

const stream = "p-enriched";

test("ages are those of live events that arrived since the look before", () =>
  inWorld(3, async ({ clock, put, watch }) => {
    await put({ id: "before the first look" });
    expect(await watch.look()).toEqual([]);
    await clock.sleep(1_000);
    await put({ id: "live", ageMs: 120 });
    await put({ id: "replayed", ageMs: 50, replayedat: "2026-11-29T10:00:00.000Z" });
    await put({ id: "backfilled", ageMs: 86_400_000 });
    await put({ id: "late", ageMs: 900 });
    expect([...(await watch.look())].sort((a, b) => a - b)).toEqual([120, 900]);
    await clock.sleep(1_000);
    expect(await watch.look()).toEqual([]);
  }));

test("a look that fails gives nothing, and the next ones go on", () =>
  inWorld(1, async ({ clock, kinesis, put, watch }) => {
    await watch.look();
    kinesis.splitShard({
      StreamName: stream,
      ShardToSplit: "shardId-000000000000",
      NewStartingHashKey: `${2n ** 127n}`,
    });
    await clock.sleep(600_000);
    // The iterator has expired.
    expect(await watch.look()).toEqual([]);
    await watch.look();
    await put({ id: "live", ageMs: 70 });
    expect(await watch.look()).toEqual([70]);
  }));

async function inWorld(shardCount: number, work: (world: ReturnType<typeof createWorld>) => Promise<void>) {
  const world = createWorld(shardCount);
  await world.clock.run(work(world));
}

function createWorld(shardCount: number) {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  kinesis.createStream({ streamName: stream, shardCount });
  const client = kinesis.client();
  const liveFromMs = clock.now();
  return {
    clock,
    kinesis,
    watch: createLiveWatch({ kinesis: client as unknown as KinesisClient, stream, liveFromMs }),
    put: async ({ id, ageMs = 0, replayedat }: { id: string; ageMs?: number; replayedat?: string }) => {
      const receivedat = new Date(clock.now() - ageMs).toISOString();
      const event = { id, source: "s", receivedat, ...(replayedat === undefined ? {} : { replayedat }) };
      const Records = [{ PartitionKey: id, Data: Buffer.from(`${JSON.stringify({ event })}\n`) }];
      await client.send(new PutRecordsCommand({ StreamName: stream, Records }));
    },
  };
}
