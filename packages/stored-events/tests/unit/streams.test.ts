import { expect, test } from "@jest/globals";
import { packRecord } from "@millrace/packed-records";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { Kinesis, sleep, VirtualClock } from "@millrace/aws-simulator";
import { linesOfRecord, type Store, type StoredEvent, streamStore, type TimeRange } from "../../src/index.ts";

const StreamName = "p-raw";

function createWorld(shardCount: number) {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  kinesis.createStream({ streamName: StreamName, shardCount });
  const client = kinesis.client();
  const store = streamStore({
    kinesis: client as never,
    stream: StreamName,
    name: "raw",
    clock: { now: () => clock.now(), wait: (ms) => sleep(clock, ms) },
  });
  const put = (records: readonly (readonly [string, string | Uint8Array])[]) =>
    client.send(
      new PutRecordsCommand({
        StreamName,
        Records: records.map(([PartitionKey, data]) => ({ PartitionKey, Data: Buffer.from(data) })),
      }),
    );
  return { clock, kinesis, store, put };
}

async function read(store: Store, range: TimeRange, after?: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const part of store.parts(range)) for await (const batch of part.read(after)) events.push(...batch);
  return events;
}

const line = (id: string) => `{"id":"${id}","source":"s"}\n`;

test("a stream is read from the beginning to the end of a range, and no further", async () => {
  const { clock, store, put } = createWorld(2);
  const events = await clock.run(
    (async () => {
      await put([["a", line("before")]]);
      await clock.sleep(1_000);
      const fromMs = clock.now();
      for (let count = 0; count < 30; count += 1) {
        await put([
          ["a", line(`a${count}`)],
          ["b", line(`b${count}`) + line(`c${count}`)],
        ]);
        await clock.sleep(100);
      }
      const toMs = clock.now();
      await put([["a", line("behind")]]);
      return read(store, { fromMs, toMs });
    })(),
  );
  const expected = Array.from({ length: 30 }, (_, count) => [`a${count}`, `b${count}`, `c${count}`]).flat();
  expect(events.map(({ facts }) => facts.id).sort()).toEqual(expected.sort());
});

test("a shard is read on behind a line of a record", async () => {
  const { clock, store, put } = createWorld(1);
  const range = { fromMs: clock.now(), toMs: clock.now() + 1_000 };
  const [all, rest] = await clock.run(
    (async () => {
      await put([
        ["a", line("1") + line("2")],
        ["a", line("3")],
      ]);
      const before = await read(store, range);
      return [before, await read(store, range, before[0]?.place.position)];
    })(),
  );
  expect(all.map(({ facts }) => facts.id)).toEqual(["1", "2", "3"]);
  expect(rest.map(({ facts }) => facts.id)).toEqual(["2", "3"]);
});

test("bytes that are no text hide no other line of their record", async () => {
  const { clock, store, put } = createWorld(1);
  const range = { fromMs: clock.now(), toMs: clock.now() + 1_000 };
  const data = Buffer.concat([Buffer.from(line("1")), Buffer.from([0xff, 0x0a]), Buffer.from(line("2"))]);
  const events = await clock.run(put([["a", data]]).then(() => read(store, range)));
  expect(events.map(({ content, facts }) => [content.form, content.bytes?.length, facts.id])).toEqual([
    ["raw", undefined, "1"],
    ["none", 1, undefined],
    ["raw", undefined, "2"],
  ]);
});

test("a reader that takes its time is given small answers", async () => {
  const { clock, store, put } = createWorld(1);
  const fromMs = clock.now();
  const sizes: number[] = [];
  await clock.run(
    (async () => {
      for (let call = 0; call < 2; call += 1) {
        await put(Array.from({ length: 500 }, (_, count) => ["a", line(`${call}-${count}`)] as const));
      }
      await clock.sleep(1_000);
      for await (const part of store.parts({ fromMs, toMs: clock.now() })) {
        for await (const batch of part.read()) {
          sizes.push(batch.length);
          await clock.sleep(sizes.length < 3 ? 5_000 : 10);
        }
      }
    })(),
  );
  // Ten to see how large they are; the rest at once when the reader is quick again.
  expect(sizes).toEqual([10, 250, 250, 490]);
});

test("it leaves four of the five reads of a shard to the pipeline", async () => {
  const { clock, kinesis, store, put } = createWorld(1);
  const range = { fromMs: clock.now(), toMs: clock.now() + 20_000 };
  await clock.run(
    (async () => {
      for (let count = 0; count < 40; count += 1) {
        await put([["a", `"${"x".repeat(200_000)}"\n`]]);
        await clock.sleep(500);
      }
      const [begun, reads] = [clock.now(), kinesis.stats(StreamName).reads];
      expect(await read(store, range)).toHaveLength(40);
      const seconds = (clock.now() - begun) / 1_000;
      // 8 MB, the first two at once, then 1 MB a second.
      expect(seconds).toBeGreaterThanOrEqual(6);
      expect(kinesis.stats(StreamName).reads - reads).toBeLessThanOrEqual(seconds + 1);
    })(),
  );
});

test("a packed record is read as its lines are, and one that cannot be unpacked is one event without a form", () => {
  const packed = packRecord(Buffer.from(line("1") + line("2")), "gzip");
  const place = { store: "enriched", container: "c", position: "7", atMs: 0 } as const;
  const positions = (data: Uint8Array) =>
    linesOfRecord(data, "enriched", place).map(({ content, place: { position } }) => [content.form, position]);
  expect(positions(packed)).toEqual([
    ["enriched", "7:0"],
    ["enriched", "7:1"],
  ]);
  expect(positions(packed.subarray(0, -3))).toEqual([["none", "7:0"]]);
});
