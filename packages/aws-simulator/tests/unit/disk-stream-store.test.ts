import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { INDEXED_SEGMENTS, SEGMENT_BYTES } from "../../src/journal/limits.ts";
import { Kinesis, VirtualClock } from "../../src/index.ts";
import { JournalFolder, putTexts, textsOf } from "../fixtures/stored-kinesis.ts";

let folder: JournalFolder;
beforeEach(() => {
  folder = new JournalFolder();
});
afterEach(() => folder.remove());

async function waitFor(isTrue: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !isTrue() && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(isTrue()).toBe(true);
}

const segmentsIn = () => readdirSync(folder.path).sort();
const onlySegment = () => join(folder.path, segmentsIn()[0] ?? "");
const texts = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

describe("streams on disk", () => {
  test("a killed process leaves every record that was confirmed, with its shard, number and time", async () => {
    const first = folder.open();
    first.kinesis.createStream({ streamName: "orders", shardCount: 3 });
    await putTexts(first.kinesis, "orders", texts("order", 50));
    const before = first.kinesis.recordsOf("orders");

    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders", shardCount: 3 });
    const after = second.kinesis.recordsOf("orders");
    const visible = (all: typeof before) =>
      all.map(({ shardId, record }) => [
        shardId,
        record.SequenceNumber,
        record.arrivalMs,
        record.PartitionKey,
        record.dataBase64,
      ]);
    expect(visible(after)).toEqual(visible(before));
    expect(second.warnings).toEqual([]);
    expect(second.kinesis.stats("orders")).toMatchObject({ recordsIn: 50, retainedRecords: 50 });
  });

  test("a search finds the records with a text in all streams and segments, as a search in memory does", async () => {
    const clock = new VirtualClock();
    const { kinesis } = folder.open({ clock });
    const memory = new Kinesis({ clock });
    for (const each of [kinesis, memory]) {
      for (const streamName of ["orders", "clicks"]) each.createStream({ streamName, shardCount: 2 });
    }
    const filler = "x".repeat(900_000);
    for (let round = 0; round < 20; round += 1) {
      const texts = [`{"id":"a-${round}"}`, `{"id":"b-${round % 2}"}${filler}`];
      const Records = texts.map((text) => ({ PartitionKey: String(round), Data: Buffer.from(text) }));
      for (const StreamName of ["orders", "clicks"]) {
        for (const each of [kinesis, memory])
          expect(each.putRecords({ StreamName, Records }).FailedRecordCount).toBe(0);
      }
      await kinesis.committed();
      await clock.runFor(2_000);
    }
    expect(segmentsIn().length).toBeGreaterThan(2);
    const search = async (each: Kinesis, text: string) => {
      const found: string[] = [];
      for await (const { streamName, shardId, record } of each.search([Buffer.from(text)])) {
        found.push(`${streamName} ${shardId} ${Buffer.from(record.Data).toString().slice(0, 20)}`);
      }
      return found.sort();
    };
    for (const text of ['"a-7"', '"b-1"', '"c"']) {
      expect(await search(kinesis, text)).toEqual(await search(memory, text));
    }
    expect(await search(kinesis, '"b-1"')).toHaveLength(20);
    const count = async (each: Kinesis, time: Parameters<Kinesis["search"]>[1]): Promise<number> => {
      let found = 0;
      for await (const _ of each.search([Buffer.from("b-1")], time)) found += 1;
      return found;
    };
    expect(await count(kinesis, { sinceMs: clock.now() + 1_000 })).toBe(0);
    // Two searches that meet at a time have each record once, though segments are read whole.
    const middleMs = clock.now() - 20_000;
    for (const each of [kinesis, memory]) {
      const [older, newer] = [await count(each, { beforeMs: middleMs }), await count(each, { sinceMs: middleMs })];
      expect(older).toBeGreaterThan(0);
      expect(newer).toBeGreaterThan(0);
      expect(older + newer).toBe(20);
    }
  });

  test("numbers go on behind those of the last process, and its iterators still work", async () => {
    const first = folder.open();
    first.kinesis.createStream({ streamName: "orders" });
    await putTexts(first.kinesis, "orders", ["a", "b"]);
    const { ShardIterator } = first.kinesis.getShardIterator({
      StreamName: "orders",
      ShardId: "shardId-000000000000",
      ShardIteratorType: "LATEST",
    });
    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders" });
    await putTexts(second.kinesis, "orders", ["c"]);
    const { Records } = second.kinesis.getRecords({ ShardIterator });
    expect(Records.map(({ PartitionKey }) => PartitionKey)).toEqual(["c"]);
    const numbers = second.kinesis.recordsOf("orders").map(({ record }) => BigInt(record.SequenceNumber));
    expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(numbers).size).toBe(3);
  });

  test("shards that were split, merged or asked for in another number come back with what they held", async () => {
    const first = folder.open();
    first.kinesis.createStream({ streamName: "orders", shardCount: 2 });
    await putTexts(first.kinesis, "orders", texts("early", 20));
    first.kinesis.updateShardCount({ StreamName: "orders", TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" });
    await putTexts(first.kinesis, "orders", texts("late", 20));
    const shards = first.kinesis.listShards({ StreamName: "orders" }).Shards;

    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders", shardCount: 4 });
    expect(second.kinesis.listShards({ StreamName: "orders" }).Shards).toEqual(shards);
    expect(textsOf(second.kinesis, "orders")).toHaveLength(40);

    const third = folder.open();
    third.kinesis.createStream({ streamName: "orders", shardCount: 9 });
    expect(third.kinesis.openShardIds("orders")).toHaveLength(9);
    await putTexts(third.kinesis, "orders", texts("last", 20));
    expect(textsOf(third.kinesis, "orders").sort()).toEqual(
      [...texts("early", 20), ...texts("late", 20), ...texts("last", 20)].sort(),
    );
  });

  test("a stream that nobody opens is kept aside, told, and there again when it is opened", async () => {
    const first = folder.open();
    for (const streamName of ["orders", "returns"]) first.kinesis.createStream({ streamName });
    await putTexts(first.kinesis, "returns", ["r"]);
    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders" });
    expect(second.kinesis.streamNames()).toEqual(["orders"]);
    expect(second.store.unopened()).toEqual(["returns"]);
    await putTexts(second.kinesis, "orders", ["o"]);
    const third = folder.open();
    third.kinesis.createStream({ streamName: "returns" });
    expect(textsOf(third.kinesis, "returns")).toEqual(["r"]);
  });

  test("a deleted stream does not come back, nor does it give its records to one of the same name", async () => {
    const first = folder.open();
    first.kinesis.createStream({ streamName: "orders" });
    await putTexts(first.kinesis, "orders", ["a"]);
    first.kinesis.deleteStream({ StreamName: "orders" });
    first.kinesis.createStream({ streamName: "orders" });
    await putTexts(first.kinesis, "orders", ["b"]);
    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders" });
    expect(textsOf(second.kinesis, "orders")).toEqual(["b"]);
  });

  test("checkpoints are there after a kill, once they had time to be written", async () => {
    const first = folder.open();
    first.kinesis.createStream({ streamName: "orders" });
    await putTexts(first.kinesis, "orders", ["a", "b", "c"]);
    const numbers = first.kinesis.recordsOf("orders").map(({ record }) => record.SequenceNumber);
    const shardId = "shardId-000000000000";
    first.store.checkpoints("orders", "consumer").save(shardId, numbers[1] ?? "");
    await first.store.close();
    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders" });
    expect(second.store.checkpoints("orders", "consumer").load(shardId)).toEqual({ after: numbers[1], records: 2 });
    expect(second.store.checkpoints("orders", "another").load(shardId)).toBeUndefined();
  });
});

describe("a damaged journal", () => {
  async function write(count: number): Promise<void> {
    const { kinesis, store } = folder.open();
    kinesis.createStream({ streamName: "orders" });
    for (const text of texts("order", count)) await putTexts(kinesis, "orders", [text]);
    await store.close();
  }

  test("with a torn last entry is cut there, told, and goes on", async () => {
    await write(5);
    const size = statSync(onlySegment()).size;
    truncateSync(onlySegment(), size - 3);
    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders" });
    expect(second.warnings).toEqual([expect.stringMatching(/00000001\.journal: an entry was torn off .* cut away/)]);
    expect(textsOf(second.kinesis, "orders")).toEqual(texts("order", 4));
    await putTexts(second.kinesis, "orders", ["next"]);
    const third = folder.open();
    third.kinesis.createStream({ streamName: "orders" });
    expect(third.warnings).toEqual([]);
    expect(textsOf(third.kinesis, "orders")).toEqual([...texts("order", 4), "next"]);
  });

  test("that was overwritten to its end is told as damaged, stays as it is, and goes on behind", async () => {
    await write(5);
    const bytes = readFileSync(onlySegment());
    const at = bytes.indexOf("order-2");
    bytes.fill("?", at);
    writeFileSync(onlySegment(), bytes);
    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders" });
    expect(second.warnings).toEqual([expect.stringMatching(/\d+ bytes from \d+ on are damaged, and the records in/)]);
    expect(textsOf(second.kinesis, "orders")).toEqual(["order-0", "order-1"]);
    await putTexts(second.kinesis, "orders", ["next"]);
    expect(readFileSync(onlySegment()).subarray(0, bytes.byteLength).equals(bytes)).toBe(true);
    const third = folder.open();
    third.kinesis.createStream({ streamName: "orders" });
    expect(textsOf(third.kinesis, "orders")).toEqual(["order-0", "order-1", "next"]);
  });

  test("with a flipped byte in the middle tells file and offset and keeps every other record", async () => {
    await write(5);
    const bytes = readFileSync(onlySegment());
    const at = bytes.indexOf("order-2");
    bytes[at] = 0;
    writeFileSync(onlySegment(), bytes);
    const second = folder.open();
    second.kinesis.createStream({ streamName: "orders" });
    expect(second.warnings).toEqual([expect.stringMatching(/00000001\.journal: \d+ bytes from \d+ on are damaged/)]);
    expect(textsOf(second.kinesis, "orders")).toEqual(["order-0", "order-1", "order-3", "order-4"]);
    await putTexts(second.kinesis, "orders", ["next"]);
    expect(textsOf(second.kinesis, "orders").at(-1)).toBe("next");
  });

  test("of a newer version is refused with the file and what to do", async () => {
    await write(1);
    const text = readFileSync(onlySegment()).toString("latin1").replace('"version":1', '"version":9');
    expect(text).toContain('"version":9');
    const { frame } = await import("../../src/journal/frame.ts");
    const bytes = Buffer.from(text, "latin1");
    writeFileSync(onlySegment(), frame(bytes.subarray(12, 12 + bytes.readUInt32BE(4))));
    expect(() => folder.open()).toThrow(/00000001\.journal was written by a newer version .*format 9/);
  });
});

describe("a store without room", () => {
  test("refuses records with InternalFailure, shows nobody any of them, and takes records again when there is room", async () => {
    const { kinesis, store, warnings } = folder.open({ quotaBytes: 150_000 });
    kinesis.createStream({ streamName: "orders" });
    await putTexts(kinesis, "orders", ["small"]);
    const large = { PartitionKey: "large", Data: Buffer.alloc(160_000) };
    kinesis.putRecords({ StreamName: "orders", Records: [large] });
    await expect(kinesis.committed()).rejects.toMatchObject({ code: "InternalFailure" });
    expect(store.isWritable).toBe(false);
    expect(textsOf(kinesis, "orders")).toEqual(["small"]);
    expect(kinesis.stats("orders").recordsIn).toBe(1);
    expect(warnings).toEqual([expect.stringContaining("No record can be stored: the quota of 150000 bytes")]);
    await waitFor(() => store.isWritable);
    expect(warnings.at(-1)).toMatch(/can be stored again\. 1 were refused/);
    await putTexts(kinesis, "orders", ["fits"]);
    const again = folder.open();
    again.kinesis.createStream({ streamName: "orders" });
    expect(textsOf(again.kinesis, "orders")).toEqual(["small", "fits"]);
  });
});

describe("a long history", () => {
  const large = "x".repeat(500_000);
  const perSegment = Math.floor(SEGMENT_BYTES / large.length);

  async function fill(kinesis: Parameters<typeof putTexts>[0], clock: VirtualClock, from: number, count: number) {
    for (let n = from; n < from + count; n += 1) {
      kinesis.putRecords({ StreamName: "orders", Records: [{ PartitionKey: `k-${n}`, Data: Buffer.from(large) }] });
      await kinesis.committed();
      await clock.runFor(1_000);
    }
  }

  test("loses its oldest segments only when every consumer is done with them, and reads the others from disk", async () => {
    const clock = new VirtualClock();
    const { kinesis, store } = folder.open({ clock, maxBytes: SEGMENT_BYTES });
    kinesis.createStream({ streamName: "orders" });
    const checkpoints = store.checkpoints("orders", "consumer");
    await fill(kinesis, clock, 0, perSegment * 2 + 4);
    expect(store.stats()).toMatchObject({
      ...{ segments: 3, records: perSegment * 2 + 4 },
      youngestDeletedMs: undefined,
    });
    const all = [...kinesis.readRecords("orders")].map(({ record }) => record);
    expect(all.map(({ PartitionKey }) => PartitionKey)).toEqual(texts("k", perSegment * 2 + 4));
    expect(all.every(({ sizeBytes, Data }) => Buffer.from(Data).toString() === large && sizeBytes > 500_000)).toBe(
      true,
    );

    const newest = Array.from(kinesis.shardViews("orders")[0]?.newestFirst() ?? [], ({ PartitionKey }) => PartitionKey);
    expect(newest).toEqual(texts("k", perSegment * 2 + 4).toReversed());

    checkpoints.save("shardId-000000000000", all.at(-1)?.SequenceNumber ?? "");
    await fill(kinesis, clock, perSegment * 2 + 4, perSegment);
    expect(store.stats().segments).toBeLessThanOrEqual(2);
    expect(segmentsIn().length).toBeLessThanOrEqual(2);
    expect(textsOf(kinesis, "orders").length).toBe(store.stats().records);
    const oldest = [...kinesis.readRecords("orders")][0]?.record.SequenceNumber;
    const deleted = all.slice(
      0,
      all.findIndex(({ SequenceNumber }) => SequenceNumber === oldest),
    );
    expect(store.stats().youngestDeletedMs).toBe(deleted.at(-1)?.arrivalMs);
  });

  test("keeps the index of old segments on disk, where readers, retention and a new process find it", async () => {
    const clock = new VirtualClock();
    const { kinesis, store } = folder.open({ clock });
    kinesis.createStream({ streamName: "orders", retentionHours: 24 });
    const count = perSegment * (INDEXED_SEGMENTS + 3);
    await fill(kinesis, clock, 0, count);
    const indexes = () => segmentsIn().filter((name) => name.endsWith(".index"));
    expect(indexes()).toEqual(["00000001.index", "00000002.index", "00000003.index"]);
    const keysOf = (from: Parameters<typeof putTexts>[0]) =>
      [...from.readRecords("orders")].map(({ record }) => record.PartitionKey).sort();
    expect(keysOf(kinesis)).toEqual(texts("k", count).sort());

    await store.close();
    expect(indexes()).toEqual([]);
    const again = folder.open({ clock });
    again.kinesis.createStream({ streamName: "orders", retentionHours: 24 });
    expect(indexes()).toHaveLength(3);
    expect(keysOf(again.kinesis)).toEqual(texts("k", count).sort());
    // Half of the first segment is too old now.
    await clock.runFor(24 * 3_600_000 - (count - perSegment / 2) * 1_000);
    await fill(again.kinesis, clock, count, 1);
    const kept = keysOf(again.kinesis).length;
    expect(kept).toBeLessThan(count);
    expect(kept).toBeGreaterThan(count - perSegment);
    expect(again.warnings).toEqual([]);
  });

  test("keeps the index in memory where it cannot be put on disk, and tells", async () => {
    const clock = new VirtualClock();
    const { kinesis, warnings } = folder.open({ clock });
    kinesis.createStream({ streamName: "orders" });
    mkdirSync(join(folder.path, "00000001.index", "in the way"), { recursive: true });
    const count = perSegment * INDEXED_SEGMENTS + 2;
    await fill(kinesis, clock, 0, count);
    expect(warnings).toEqual([expect.stringContaining("The index of segment 1 stays in memory: ")]);
    expect(textsOf(kinesis, "orders")).toHaveLength(count);
  });

  test("is over when the stream's retention is", async () => {
    const clock = new VirtualClock();
    const { kinesis, store } = folder.open({ clock });
    kinesis.createStream({ streamName: "orders", retentionHours: 24 });
    store.checkpoints("orders", "a consumer that never comes");
    await fill(kinesis, clock, 0, perSegment + 2);
    await clock.runFor(25 * 3_600_000);
    await fill(kinesis, clock, perSegment + 2, perSegment);
    expect(segmentsIn().length).toBeLessThanOrEqual(2);
    expect(textsOf(kinesis, "orders").length).toBeLessThanOrEqual(perSegment + 2);
  });
});
