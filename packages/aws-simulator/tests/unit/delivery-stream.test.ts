import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import {
  createRandom,
  DeliveryStream,
  type DeliveryStreamOptions,
  Kinesis,
  MemoryObjectStore,
  OptionError,
  VirtualClock,
} from "../../src/index.ts";

function createFixture(options: Partial<DeliveryStreamOptions> = {}, shardCount = 1) {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  const sourceStreamArn = kinesis.createStream({ streamName: "enriched", shardCount });
  const objectStore = new MemoryObjectStore({ clock });
  const delivery = new DeliveryStream({
    name: "to-lake",
    kinesis,
    clock,
    sourceStreamArn,
    objectStore,
    bucket: "lake",
    bufferingIntervalSeconds: 60,
    ...options,
  });
  const put = (...texts: readonly (string | Uint8Array)[]): void => {
    const Records = texts.map((text) => {
      return { PartitionKey: typeof text === "string" ? text.slice(0, 20) : "packed", Data: Buffer.from(text) };
    });
    const { FailedRecordCount } = kinesis.putRecords({ StreamName: "enriched", Records });
    expect(FailedRecordCount).toBe(0);
  };
  const contents = async (): Promise<string[]> => {
    const objects = await objectStore.list("lake");
    const bodies = await Promise.all(objects.map(({ key }) => objectStore.get("lake", key)));
    return bodies.map(({ object, bytes }) =>
      (object.key.endsWith(".gz") ? gunzipSync(bytes) : Buffer.from(bytes)).toString(),
    );
  };
  const keys = async () => (await objectStore.list("lake")).map(({ key }) => key);
  return { clock, kinesis, delivery, objectStore, put, contents, keys };
}

describe("a delivery stream", () => {
  test("stores what came when its interval is over, as it came, with nothing in between", async () => {
    const { clock, delivery, put, contents } = createFixture();
    await delivery.start();
    await clock.runFor(500);
    put('{"n":1}\n');
    await clock.runFor(30_000);
    put('{"n":2}\n', "no newline");
    // The first record is read at second 1.
    await clock.runFor(30_400);
    expect(await contents()).toEqual([]);
    await clock.runFor(100);
    expect(await contents()).toEqual(['{"n":1}\n{"n":2}\nno newline']);
    expect(delivery.stats()).toMatchObject({ recordsIn: 3, recordsDelivered: 3, objects: 1, bufferedRecords: 0 });
  });

  test("stores an object as soon as its buffer is full, never more than the buffer holds", async () => {
    const { clock, delivery, put, objectStore } = createFixture({ bufferingSizeMb: 1 }, 4);
    await delivery.start();
    for (let index = 0; index < 10; index += 1) {
      put(`${index}:${"x".repeat(300_000)}`);
      await clock.runFor(1_000);
    }
    const objects = await objectStore.list("lake");
    expect(objects).toHaveLength(3);
    expect(objects.every(({ sizeBytes }) => sizeBytes <= 1024 * 1024 && sizeBytes > 700_000)).toBe(true);
    expect(delivery.stats()).toMatchObject({ recordsDelivered: 9, bufferedRecords: 1 });
  });

  test("stores nothing when nothing came", async () => {
    const { clock, delivery, keys } = createFixture();
    await delivery.start();
    await clock.runFor(600_000);
    await clock.run(delivery.stop());
    expect(await keys()).toEqual([]);
  });

  test("with an interval of zero stores what each read gave", async () => {
    const { clock, delivery, put, contents } = createFixture({ bufferingIntervalSeconds: 0 });
    await delivery.start();
    put("a");
    await clock.runFor(1_000);
    expect(await contents()).toEqual(["a"]);
  });

  test("names objects as Firehose does, the path by the oldest arrival and the name by the time of writing", async () => {
    const { clock, delivery, put, keys } = createFixture({
      prefix: "enriched/!{timestamp:yyyy/MM/dd/HH}/",
      errorOutputPrefix: "errors/!{firehose:error-output-type}/",
      compressionFormat: "GZIP",
    });
    await clock.runUntilTime(Date.UTC(2026, 10, 22, 10, 59, 30));
    await delivery.start();
    put("a");
    await clock.runFor(120_000);
    expect(await keys()).toEqual([
      expect.stringMatching(
        /^enriched\/2026\/11\/22\/10\/to-lake-1-2026-11-22-11-00-\d\d-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.gz$/,
      ),
    ]);
  });

  test("compresses with gzip", async () => {
    const { clock, delivery, put, contents, objectStore } = createFixture({ compressionFormat: "GZIP" });
    await delivery.start();
    put("x".repeat(10_000));
    await clock.runFor(61_000);
    expect(await contents()).toEqual(["x".repeat(10_000)]);
    expect((await objectStore.list("lake"))[0]?.sizeBytes).toBeLessThan(200);
  });

  test("joins records that are gzip members, under the extension it is told", async () => {
    const { clock, delivery, put, contents, keys } = createFixture({ fileExtension: ".json.gz" });
    await delivery.start();
    put(gzipSync("a\n"));
    put(gzipSync("b\n"));
    await clock.runFor(61_000);
    expect(await keys()).toEqual([expect.stringMatching(/[0-9a-f]{12}\.json\.gz$/)]);
    expect(await contents()).toEqual(["a\nb\n"]);
  });

  test("stores what it holds in the form that it was given last, under the next version", async () => {
    const { clock, delivery, put, keys, objectStore } = createFixture({ fileExtension: ".json.gz" });
    await delivery.start();
    put("plain\n");
    await clock.runFor(30_000);
    delivery.update({ compressionFormat: "GZIP" });
    put("later\n");
    await clock.runFor(61_000);
    delivery.update({ compressionFormat: "UNCOMPRESSED" });
    put(gzipSync("member\n"));
    await clock.runFor(61_000);
    expect((await keys()).map((key) => /to-lake-(\d)-/.exec(key)?.[1])).toEqual(["2", "3"]);
    const [first = "", second = ""] = await keys();
    const read = async (key: string) => gunzipSync((await objectStore.get("lake", key)).bytes).toString();
    expect([await read(first), await read(second)]).toEqual(["plain\nlater\n", "member\n"]);
  });

  test("refuses other settings that AWS would refuse, and goes on with its own", async () => {
    const { clock, delivery, put, contents } = createFixture();
    await delivery.start();
    expect(() => delivery.update({ bufferingIntervalSeconds: 901 })).toThrow(OptionError);
    put("a");
    await clock.runFor(61_000);
    expect(await contents()).toEqual(["a"]);
  });

  test("begins at the tip of the stream by default, and at its oldest record when told to", async () => {
    const latest = createFixture();
    latest.put("before");
    await latest.clock.runFor(1_000);
    await latest.delivery.start();
    latest.put("after");
    await latest.clock.run(latest.delivery.stop());
    expect(await latest.contents()).toEqual(["after"]);

    const oldest = createFixture({ startingPosition: "TRIM_HORIZON" });
    oldest.put("before");
    await oldest.clock.runFor(1_000);
    await oldest.delivery.start();
    await oldest.clock.run(oldest.delivery.stop());
    expect(await oldest.contents()).toEqual(["before"]);
  });

  test("stores what is in the stream and in its buffer before it stops, over a resharding too", async () => {
    const { clock, kinesis, delivery, put, contents } = createFixture({ bufferingIntervalSeconds: 900 }, 2);
    await delivery.start();
    put("a", "b");
    await clock.runFor(5_000);
    kinesis.updateShardCount({ StreamName: "enriched", TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" });
    put("c", "d", "e", "f");
    await clock.run(delivery.stop());
    expect((await contents()).join("").split("").sort().join("")).toBe("abcdef");
    expect(clock.pendingTimers).toBe(0);
    put("g");
    await clock.runFor(10_000);
    expect(await contents()).toHaveLength(1);
    await delivery.start();
    await clock.run(delivery.stop());
    expect((await contents()).join("")).toContain("g");
  });

  test("tries again after a failed put, and repeats a batch under another name when an answer was lost", async () => {
    const { clock, delivery, put, contents, keys } = createFixture({
      bufferingIntervalSeconds: 1,
      random: createRandom(11),
      faults: { failureRate: 0.3, repeatRate: 0.3 },
    });
    await delivery.start();
    const texts = Array.from({ length: 60 }, (_, index) => `event ${index}\n`);
    for (const text of texts) {
      put(text);
      await clock.runFor(1_000);
    }
    await clock.run(delivery.stop());
    const lines = (await contents()).flatMap((content) => content.split(/(?<=\n)/));
    expect([...new Set(lines)].sort()).toEqual([...texts].sort());
    const { recordsDelivered, repeats, objects, putErrors } = delivery.stats();
    expect(recordsDelivered).toBe(60);
    expect(repeats).toBeGreaterThan(0);
    expect(lines.length).toBeGreaterThanOrEqual(60 + repeats);
    expect(objects).toBe((await keys()).length);
    expect(putErrors).toBeGreaterThan(repeats);
  });

  test("holds no more than two buffers when the store is slow", async () => {
    const clock = new VirtualClock();
    class SlowStore extends MemoryObjectStore {
      override async put(...parameters: Parameters<MemoryObjectStore["put"]>) {
        await clock.sleep(600_000);
        return super.put(...parameters);
      }
    }
    const kinesis = new Kinesis({ clock });
    const sourceStreamArn = kinesis.createStream({ streamName: "enriched", shardCount: 4 });
    const delivery = new DeliveryStream({
      name: "slow",
      kinesis,
      clock,
      sourceStreamArn,
      objectStore: new SlowStore({ clock }),
      bucket: "lake",
      bufferingSizeMb: 1,
      startingPosition: "TRIM_HORIZON",
    });
    await delivery.start();
    for (let index = 0; index < 60; index += 1) {
      kinesis.putRecords({
        StreamName: "enriched",
        Records: Array.from({ length: 4 }, (_, n) => ({ PartitionKey: `${index}-${n}`, Data: Buffer.alloc(200_000) })),
      });
      await clock.runFor(1_000);
    }
    // One read of a shard may exceed the second buffer, never more than that.
    expect(delivery.stats().bufferedBytes).toBeLessThan(2 * 1024 * 1024 + 4 * 10 * 200_000);
    expect(delivery.stats().recordsIn).toBeLessThan(120);
    expect(delivery.stats().dataFreshnessMs).toBeGreaterThan(50_000);
    await clock.run(delivery.stop(), { limitMs: 7 * 86_400_000 });
    expect(delivery.stats()).toMatchObject({ recordsDelivered: 240, bufferedRecords: 0 });
  });

  test.each([
    ["name", { name: "no spaces" }],
    ["bufferingSizeMb", { bufferingSizeMb: 129 }],
    ["bufferingSizeMb", { bufferingSizeMb: 0 }],
    ["bufferingIntervalSeconds", { bufferingIntervalSeconds: 901 }],
    ["compressionFormat", { compressionFormat: "ZIP" as never }],
    ["errorOutputPrefix", { prefix: "a/!{timestamp:yyyy}/" }],
    ["faults", { faults: { failureRate: 0.5, repeatRate: 0.5 } }],
    ["faults.repeatRate", { faults: { repeatRate: -1 } }],
  ])("refuses %s: %j", (option, options) => {
    expect(() => createFixture(options)).toThrow(OptionError);
    expect(() => createFixture(options)).toThrow(`\`${option}\``);
  });
});
