import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import {
  createRandom,
  MemoryObjectStore,
  MemoryWarehouse,
  type MemoryWarehouseOptions,
  OptionError,
  Snowpipe,
  type SnowpipeOptions,
  VirtualClock,
} from "../../src/index.ts";

const columns = [
  { name: "record", source: "$1" },
  { name: "file_name", source: "METADATA$FILENAME" },
  { name: "line", source: "METADATA$FILE_ROW_NUMBER" },
  { name: "loaded_at", source: "METADATA$START_SCAN_TIME" },
] as const;

function createFixture(options: Partial<SnowpipeOptions> = {}, warehouseOptions: MemoryWarehouseOptions = {}) {
  const clock = new VirtualClock();
  const objectStore = new MemoryObjectStore({ clock });
  const warehouse = new MemoryWarehouse(warehouseOptions);
  const pipe = new Snowpipe({
    objectStore,
    bucket: "lake",
    prefix: "enriched/",
    warehouse,
    table: "events",
    columns,
    clock,
    ...options,
  });
  const store = async (key: string, ...lines: readonly string[]) => {
    const text = lines.map((line) => `${line}\n`).join("");
    await objectStore.put("lake", key, key.endsWith(".gz") ? gzipSync(text) : Buffer.from(text));
  };
  return { clock, objectStore, warehouse, pipe, store };
}

describe("a pipe", () => {
  test("loads a file a moment after it was stored, line by line", async () => {
    const { clock, warehouse, pipe, store } = createFixture();
    pipe.start();
    await store("enriched/1.json.gz", '{"n":1}', "", '{"n":2}');
    expect(warehouse.rows("events")).toEqual([]);
    await clock.runFor(1_000);
    expect(warehouse.rows("events")).toEqual([
      { record: { n: 1 }, file_name: "enriched/1.json.gz", line: 1, loaded_at: clock.now() },
      { record: { n: 2 }, file_name: "enriched/1.json.gz", line: 3, loaded_at: clock.now() },
    ]);
    expect(pipe.stats()).toMatchObject({
      filesLoaded: 1,
      rowsLoaded: 2,
      refusedLines: 0,
      pending: 0,
      latencyMs: 1_000,
    });
  });

  test("leaves other buckets and prefixes alone", async () => {
    const { clock, objectStore, pipe, store } = createFixture();
    pipe.start();
    await store("bad-rows/1", "{}");
    await objectStore.put("other", "enriched/1", Buffer.from("{}\n"));
    await clock.runUntilIdle();
    expect(pipe.stats().notifications).toBe(0);
  });

  test("takes table, columns, path and what to do with bad lines from its COPY statement", async () => {
    const clock = new VirtualClock();
    const objectStore = new MemoryObjectStore({ clock });
    const warehouse = new MemoryWarehouse();
    const pipe = new Snowpipe({
      objectStore,
      bucket: "lake",
      warehouse,
      clock,
      copyStatement: "COPY INTO raw (r, f) FROM (SELECT $1, METADATA$FILENAME FROM @lake/raw/) ON_ERROR = CONTINUE",
    });
    pipe.start();
    await objectStore.put("lake", "raw/1", Buffer.from("{}\nbad\n"));
    await objectStore.put("lake", "else/1", Buffer.from("{}\n"));
    await clock.runUntilIdle();
    expect(warehouse.rows("raw")).toEqual([{ r: {}, f: "raw/1" }]);
    expect(pipe.stats()).toMatchObject({ filesLoaded: 1, refusedLines: 1 });
  });

  test("leaves a file with a bad line out as a whole, unless it is to continue", async () => {
    const skipping = createFixture();
    skipping.pipe.start();
    await skipping.store("enriched/1", '{"n":1}', "{");
    await skipping.clock.runUntilIdle();
    expect(skipping.warehouse.rows("events")).toEqual([]);
    expect(skipping.pipe.stats()).toMatchObject({ filesSkipped: 1, filesLoaded: 0, refusedLines: 2 });

    expect(skipping.warehouse.refusedLines("events")).toMatchObject([{ lineNumber: 1 }, { lineNumber: 2 }]);

    const continuing = createFixture({ onError: "CONTINUE" });
    continuing.pipe.start();
    await continuing.store("enriched/1", '{"n":1}', "{", '{"n":3}');
    await continuing.clock.runUntilIdle();
    expect(continuing.warehouse.rows("events").map(({ line }) => line)).toEqual([1, 3]);
    expect(continuing.warehouse.refusedLines("events")).toEqual([
      { fileName: "enriched/1", lineNumber: 2, reason: "The line is not JSON." },
    ]);
    expect(continuing.pipe.stats()).toMatchObject({ filesLoaded: 1, rowsLoaded: 2, refusedLines: 1 });
  });

  test("loads each file once, however late, often and out of order it is told of it", async () => {
    const { clock, warehouse, pipe, store } = createFixture(
      { random: createRandom(1), faults: { lateRate: 0.5, repeatRate: 0.5, maxDelayMs: 600_000 } },
      { random: createRandom(2), faults: { failBeforeCommitRate: 0.2, failAfterCommitRate: 0.2 } },
    );
    const order: unknown[] = [];
    pipe.start();
    for (let index = 0; index < 100; index += 1) {
      await store(`enriched/${index}.gz`, JSON.stringify({ n: index }), JSON.stringify({ n: index + 1_000 }));
      await clock.runFor(5_000);
    }
    await clock.run(pipe.stop());
    const rows = warehouse.rows("events").map(({ record }) => (record as { n: number }).n);
    order.push(...rows);
    expect(rows).toHaveLength(200);
    expect(new Set(rows).size).toBe(200);
    expect(order).not.toEqual([...rows].sort((a, b) => a - b));
    const stats = pipe.stats();
    expect(stats.filesAlreadyLoaded).toBeGreaterThan(20);
    expect(stats.loadErrors).toBeGreaterThan(20);
    expect(stats.notifications).toBeGreaterThan(150);
    expect(warehouse.files()).toHaveLength(100);
  });

  test("finds by a refresh what it was never told of, and nothing twice", async () => {
    const { clock, warehouse, pipe, store } = createFixture({ random: createRandom(3), faults: { lossRate: 0.5 } });
    await store("enriched/early", "{}");
    pipe.start();
    for (let index = 0; index < 20; index += 1) await store(`enriched/${index}`, "{}");
    await clock.runUntilIdle();
    const before = warehouse.rows("events").length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(20);
    await pipe.refresh();
    await clock.run(pipe.drain());
    expect(warehouse.rows("events")).toHaveLength(21);
  });

  test("does not load a file anew when it was replaced", async () => {
    const { clock, warehouse, pipe, store } = createFixture();
    pipe.start();
    await store("enriched/1", '{"n":1}');
    await clock.runUntilIdle();
    await store("enriched/1", '{"n":2}', '{"n":3}');
    await clock.runUntilIdle();
    expect(warehouse.rows("events").map(({ record }) => record)).toEqual([{ n: 1 }]);
    expect(pipe.stats().filesAlreadyLoaded).toBe(1);
  });

  test("leaves a file alone that stays unreadable, and loads the next", async () => {
    const errors: string[] = [];
    const { clock, objectStore, warehouse, pipe, store } = createFixture({
      onLoadError: (error, fileName) => errors.push(`${fileName}: ${(error as { code: string }).code}`),
    });
    pipe.start();
    await objectStore.put("lake", "enriched/1.gz", gzipSync("{}\n".repeat(1_000)).subarray(0, 20));
    await store("enriched/2.gz", "{}");
    await clock.runUntilIdle();
    expect(errors).toEqual(Array.from({ length: 5 }, () => "enriched/1.gz: FILE_UNREADABLE"));
    expect(pipe.stats()).toMatchObject({ filesFailed: 1, filesLoaded: 1, pending: 0 });
    expect(warehouse.rows("events")).toHaveLength(1);
  });

  test("loads what it has heard of before it stops, and hears no more", async () => {
    const { clock, warehouse, pipe, store } = createFixture({ faults: { lateRate: 1, maxDelayMs: 60_000 } });
    pipe.start();
    await store("enriched/1", "{}");
    await clock.run(pipe.stop());
    expect(warehouse.rows("events")).toHaveLength(1);
    await store("enriched/2", "{}");
    await clock.runUntilIdle();
    expect(warehouse.rows("events")).toHaveLength(1);
  });

  test.each([
    ["table", { table: undefined as never }],
    ["faults.lateRate", { faults: { lateRate: 2 } }],
    ["faults.repeatRate", { faults: { repeatRate: 1 } }],
  ])("refuses %s", (option, options) => {
    expect(() => createFixture(options)).toThrow(OptionError);
    expect(() => createFixture(options)).toThrow(`\`${option}\``);
  });
});

describe("a warehouse in memory", () => {
  const request = {
    table: "events",
    columns,
    onError: "CONTINUE" as const,
    fileName: "f",
    sizeBytes: 3,
    etag: "8a80554c91d9fca8acb82f023de02f11",
    lastModified: 0,
    loadedAt: 0,
    bytes: Buffer.from("{}\n"),
  };

  test("refuses bytes that are not the ones that were announced", async () => {
    const warehouse = new MemoryWarehouse();
    const truncated = { ...request, bytes: Buffer.from("{}") };
    await expect(warehouse.loadFile(truncated)).rejects.toMatchObject({ code: "FILE_CHANGED" });
    const other = { ...request, bytes: Buffer.from("[]\n") };
    await expect(warehouse.loadFile(other)).rejects.toMatchObject({ code: "FILE_CHANGED" });
    expect(warehouse.files()).toEqual([]);
  });

  test("commits rows and ledger together or not at all", async () => {
    const lost = new MemoryWarehouse({ faults: { failBeforeCommitRate: 1 } });
    await expect(lost.loadFile(request)).rejects.toThrow("died before its commit");
    expect([lost.rows("events").length, lost.files().length]).toEqual([0, 0]);
    const kept = new MemoryWarehouse({ faults: { failAfterCommitRate: 1 } });
    await expect(kept.loadFile(request)).rejects.toThrow("died after its commit");
    expect([kept.rows("events").length, kept.files().length]).toEqual([1, 1]);
    await expect(kept.loadFile(request)).resolves.toEqual({ status: "already-loaded", rows: 1, refusedLines: 0 });
  });
});
