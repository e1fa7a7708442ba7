import { describe, expect, test } from "@jest/globals";
import { EventSourceMapping, type KinesisStreamEvent, OptionError } from "../../src/index.ts";
import { createMappingFixture, type MappingFixtureOptions, series } from "../fixtures/mapping-fixture.ts";

describe("the event of an invocation", () => {
  test("has every field that Lambda gives, and no other", async () => {
    let event: unknown;
    const { clock, mapping, put, streamArn } = createMappingFixture({
      functionArn: "arn:aws:lambda:us-east-1:123456789012:function:enrich",
      handler: (_texts, given) => {
        event = given;
      },
    });
    await clock.runFor(545);
    const [sequenceNumber] = put("hällo");
    await mapping.start();
    await clock.runFor(1_000);
    expect(event).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "hällo",
            sequenceNumber,
            data: Buffer.from("hällo").toString("base64"),
            approximateArrivalTimestamp: 1_767_225_600.545,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: `shardId-000000000000:${sequenceNumber}`,
          eventName: "aws:kinesis:record",
          invokeIdentityArn: "arn:aws:iam::123456789012:role/lambda-role",
          awsRegion: "us-east-1",
          eventSourceARN: streamArn,
        },
      ],
    });
  });
});

describe("polling and batching", () => {
  test("a shard at rest is read once a second", async () => {
    const { clock, mapping, put, invocations } = createMappingFixture();
    await mapping.start();
    await clock.runFor(1_200);
    put("a");
    await clock.runFor(700);
    expect(invocations).toEqual([]);
    await clock.runFor(200);
    expect(invocations.map(({ atMs, texts }) => [atMs, texts])).toEqual([[2_000, ["a"]]]);
  });

  test("a batch holds at most the batch size, in the order of the shard", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({ batchSize: 10 });
    put(...series("a", 25));
    await mapping.start();
    await clock.runFor(1_000);
    expect(batches().map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(batches().flat()).toEqual(series("a", 25));
  });

  test("a batch waits for its window to end", async () => {
    const { clock, mapping, put, invocations } = createMappingFixture({
      batchSize: 10,
      maximumBatchingWindowInSeconds: 5,
    });
    await mapping.start();
    put("a:1");
    await clock.runFor(3_500);
    put("a:2");
    await clock.runFor(10_000);
    expect(invocations.map(({ atMs, texts }) => [atMs, texts])).toEqual([[5_000, ["a:1", "a:2"]]]);
  });

  test("a full batch does not wait for its window", async () => {
    const { clock, mapping, put, invocations } = createMappingFixture({
      batchSize: 3,
      maximumBatchingWindowInSeconds: 60,
    });
    await mapping.start();
    put(...series("a", 4));
    await clock.runFor(1_000);
    expect(invocations.map(({ texts }) => texts)).toEqual([["a:1", "a:2", "a:3"]]);
    await clock.runFor(60_000);
    expect(invocations.map(({ texts }) => texts)).toEqual([["a:1", "a:2", "a:3"], ["a:4"]]);
  });

  test("a batch ends with the last record that its event can hold in 6 MiB, counted to the byte", async () => {
    const events: KinesisStreamEvent[] = [];
    const { clock, mapping, put } = createMappingFixture({
      maxRecordBytes: 2 * 1024 * 1024,
      // Only the last batch may go before it is full.
      maximumBatchingWindowInSeconds: 60,
      handler: (_texts, event) => {
        events.push(event);
      },
    });
    for (let index = 0; index < 30; index += 1) {
      put(`é${index}:${"x".repeat(500_000 + index * 7_919)}`);
      await clock.runFor(1_000);
    }
    await mapping.start();
    await clock.runFor(120_000);
    expect(events.flatMap(({ Records }) => Records)).toHaveLength(30);
    for (const [index, event] of events.entries()) {
      const bytes = Buffer.byteLength(JSON.stringify(event));
      expect(bytes).toBeLessThanOrEqual(6 * 1024 * 1024);
      const next = events[index + 1]?.Records[0];
      if (next === undefined) continue;
      const withNext = Buffer.byteLength(JSON.stringify({ Records: [...event.Records, next] }));
      expect(withNext).toBeGreaterThan(6 * 1024 * 1024);
    }
  });

  test("an event of exactly 6 MiB is one batch, and one byte more makes it two", async () => {
    const limit = 6 * 1024 * 1024;
    /**
     * Three records, of which the last has a key of the given length; @returns the size of each event, and of all in
     * one.
     */
    const sizesWith = async (dataBytes: number, keyLength: number) => {
      const records: KinesisStreamEvent["Records"] = [];
      const sizes: number[] = [];
      const { clock, kinesis, mapping } = createMappingFixture({
        shardCount: 1,
        maxRecordBytes: 3 * 1024 * 1024,
        maximumBatchingWindowInSeconds: 60,
        handler: (_texts, event) => {
          records.push(...event.Records);
          sizes.push(Buffer.byteLength(JSON.stringify(event)));
        },
      });
      for (const key of ["a", "b", "c".repeat(keyLength)]) {
        const Data = Buffer.alloc(key === "a" ? 1_500_000 : key === "b" ? 1_500_000 : dataBytes);
        kinesis.putRecords({ StreamName: "source", Records: [{ PartitionKey: key, Data }] });
        await clock.runFor(10_000);
      }
      await mapping.start();
      await clock.runFor(120_000);
      return { sizes, total: Buffer.byteLength(JSON.stringify({ Records: records })) };
    };
    const { total } = await sizesWith(1_500_000, 1);
    // Three bytes of data are four of base64; the key makes up the rest.
    const missing = limit - total;
    const dataBytes = 1_500_000 + Math.floor(missing / 4) * 3;
    const exact = await sizesWith(dataBytes, 1 + (missing % 4));
    expect(exact).toEqual({ sizes: [limit], total: limit });
    const over = await sizesWith(dataBytes, 2 + (missing % 4));
    expect(over.total).toBe(limit + 1);
    expect(over.sizes).toHaveLength(2);
  });

  test("a record that no payload can hold is given up without an invocation, and the next one goes on", async () => {
    const { clock, mapping, put, batches, failures } = createMappingFixture({ maxRecordBytes: 10 * 1024 * 1024 });
    put(`big:${"x".repeat(5_000_000)}`);
    await clock.runFor(10_000);
    put("small");
    await mapping.start();
    await clock.runFor(5_000);
    expect(batches()).toEqual([["small"]]);
    expect(await failures()).toMatchObject([
      { requestContext: { approximateInvokeCount: 0 }, KinesisBatchInfo: { batchSize: 1 } },
    ]);
  });

  test("no more is read ahead than two batches for each lane", async () => {
    let release: () => void = () => undefined;
    const { clock, mapping, put } = createMappingFixture({
      batchSize: 10,
      handler: () => new Promise<void>((resolve) => (release = resolve)),
    });
    put(...series("a", 200));
    await mapping.start();
    await clock.runFor(10_000);
    expect(mapping.stats()).toMatchObject({ recordsIn: 20, bufferedRecords: 20, inFlightInvocations: 1 });
    release();
    await clock.runFor(2_000);
    expect(mapping.stats()).toMatchObject({ recordsIn: 30, bufferedRecords: 20 });
  });
});

describe("concurrent batches of a shard", () => {
  test("split the keys, each to one lane, and run at the same time", async () => {
    const running = new Set<string>();
    let most = 0;
    const { clock, mapping, put, batches } = createMappingFixture({
      parallelizationFactor: 4,
      batchSize: 10,
      handler: async (texts) => {
        const keys = new Set(texts.map((text) => text.split(":")[0] ?? ""));
        for (const key of keys) {
          expect(running.has(key)).toBe(false);
          running.add(key);
        }
        most = Math.max(most, mapping.stats().inFlightInvocations);
        await clock.sleep(500);
        for (const key of keys) running.delete(key);
      },
    });
    const keys = Array.from({ length: 20 }, (_, index) => `key${index}`);
    for (let round = 1; round <= 10; round += 1) put(...keys.map((key) => `${key}:${round}`));
    await mapping.start();
    await clock.runFor(60_000);
    expect(most).toBe(4);
    for (const key of keys) {
      const seen = batches()
        .flat()
        .filter((text) => text.startsWith(`${key}:`));
      expect(seen).toEqual(series(key, 10));
    }
  });

  test("a failing batch holds up only its own lane", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      parallelizationFactor: 10,
      batchSize: 1,
      handler: (texts) => {
        if (texts[0] === "bad:1") throw new Error("poison");
      },
    });
    put("bad:1", "bad:2", ...Array.from({ length: 30 }, (_, index) => `good${index}:1`));
    await mapping.start();
    await clock.runFor(30_000);
    const seen = new Set(batches().flat());
    expect(seen.has("bad:2")).toBe(false);
    expect([...seen].filter((text) => text.startsWith("good")).length).toBeGreaterThan(20);
    expect(mapping.stats()).toMatchObject({ inFlightInvocations: 0 });
  });
});

describe("starting positions", () => {
  test("TRIM_HORIZON begins with the oldest record", async () => {
    const { clock, mapping, put, batches } = createMappingFixture();
    put("before");
    await clock.runFor(1_000);
    await mapping.start();
    put("after");
    await clock.runFor(1_000);
    expect(batches().flat()).toEqual(["before", "after"]);
  });

  test("LATEST begins with the first record after the start", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({ startingPosition: "LATEST" });
    put("before");
    await clock.runFor(1_000);
    await mapping.start();
    put("after");
    await clock.runFor(2_000);
    expect(batches().flat()).toEqual(["after"]);
  });

  test("AT_TIMESTAMP begins with the first record that arrived then or later", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: new Date("2026-01-01T00:00:10Z"),
    });
    put("too early");
    await clock.runFor(10_000);
    put("in time");
    await mapping.start();
    await clock.runFor(2_000);
    expect(batches().flat()).toEqual(["in time"]);
  });

  test("LATEST still reads the children of a shard that closes later from their first record", async () => {
    const { clock, kinesis, mapping, put, batches } = createMappingFixture({ startingPosition: "LATEST" });
    await mapping.start();
    put("a:1");
    await clock.runFor(100);
    kinesis.updateShardCount({ StreamName: "source", TargetShardCount: 2, ScalingType: "UNIFORM_SCALING" });
    put("a:2", "b:1", "c:1", "d:1");
    await clock.runFor(5_000);
    expect(batches().flat().sort()).toEqual(["a:1", "a:2", "b:1", "c:1", "d:1"]);
  });
});

describe("resharding", () => {
  test("children begin only when every record of their parents is done with", async () => {
    let isBroken = true;
    const { clock, kinesis, mapping, put, batches } = createMappingFixture({
      handler: (texts) => {
        if (isBroken && texts.some((text) => text.endsWith(":1"))) throw new Error("not yet");
      },
    });
    put("a:1", "b:1", "c:1");
    await mapping.start();
    await clock.runFor(1_500);
    kinesis.updateShardCount({ StreamName: "source", TargetShardCount: 2, ScalingType: "UNIFORM_SCALING" });
    put("a:2", "b:2", "c:2");
    await clock.runFor(30_000);
    expect(
      batches()
        .flat()
        .filter((text) => text.endsWith(":2")),
    ).toEqual([]);
    expect(mapping.stats().shards.map(({ state }) => state)).toEqual(["ended"]);
    isBroken = false;
    await clock.runFor(60_000);
    expect(
      batches()
        .flat()
        .filter((text) => text.endsWith(":2"))
        .sort(),
    ).toEqual(["a:2", "b:2", "c:2"]);
    expect(mapping.stats().shards.map(({ state }) => state)).toEqual(["complete", "reading", "reading"]);
  });

  test("both parents of a merged shard come before it", async () => {
    const { clock, kinesis, mapping, put, batches } = createMappingFixture({ shardCount: 2 });
    put(...series("a", 3), ...series("b", 3), ...series("c", 3), ...series("d", 3));
    const [first = "", second = ""] = kinesis.openShardIds("source");
    kinesis.mergeShards({ StreamName: "source", ShardToMerge: first, AdjacentShardToMerge: second });
    put("a:4", "b:4", "c:4", "d:4");
    await mapping.start();
    await clock.runFor(10_000);
    const order = batches().flat();
    expect(order).toHaveLength(16);
    expect(order.slice(12).every((text) => text.endsWith(":4"))).toBe(true);
  });
});

describe("options that AWS would refuse", () => {
  const { kinesis, clock, streamArn } = createMappingFixture();
  const valid = { kinesis, clock, streamArn, invoke: async () => undefined };

  test.each([
    ["batchSize", { batchSize: 0 }],
    ["batchSize", { batchSize: 10_001 }],
    ["maximumBatchingWindowInSeconds", { maximumBatchingWindowInSeconds: 301 }],
    ["parallelizationFactor", { parallelizationFactor: 11 }],
    ["parallelizationFactor", { parallelizationFactor: 1.5 }],
    ["maximumRetryAttempts", { maximumRetryAttempts: 10_001 }],
    ["maximumRetryAttempts", { maximumRetryAttempts: -2 }],
    ["maximumRecordAgeInSeconds", { maximumRecordAgeInSeconds: 59 }],
    ["functionResponseTypes", { functionResponseTypes: ["ReportBatchItemFailure"] }],
    ["startingPosition", { startingPosition: "EARLIEST" as never }],
    ["startingPositionTimestamp", { startingPosition: "AT_TIMESTAMP" as const }],
    ["startingPositionTimestamp", { startingPositionTimestamp: new Date(0) }],
    ["streamArn", { streamArn: "" }],
    ["faults.redeliveryRate", { faults: { redeliveryRate: 1 } }],
  ])("names %s: %j", (option, options) => {
    const create = () => new EventSourceMapping({ ...valid, ...options });
    expect(create).toThrow(OptionError);
    expect(create).toThrow(`Expected \`${option}\` to be `);
  });
});

describe("a batch that waits for a process", () => {
  /** Two records are read and wait; four more are read meanwhile; then the process is free. */
  async function waitWithTwo(options: Partial<MappingFixtureOptions>) {
    let free: () => void = () => undefined;
    const isFree = new Promise<void>((resolve) => (free = resolve));
    const fixture = createMappingFixture({ batchSize: 4, waitForProcess: () => isFree, ...options });
    const { clock, mapping, put } = fixture;
    await mapping.start();
    put(...series("a", 2));
    await clock.runFor(1_000);
    put(...series("a", 6).slice(2));
    await clock.runFor(1_000);
    free();
    await clock.runFor(60_000);
    return fixture;
  }

  test("is closed before it is handed over", async () => {
    const { batches } = await waitWithTwo({});
    expect(batches()).toEqual([
      ["a:1", "a:2"],
      ["a:3", "a:4", "a:5", "a:6"],
    ]);
  });

  test("takes along what was read meanwhile, up to the batch size, when it is open until it is run", async () => {
    const { batches, mapping } = await waitWithTwo({ isBatchOpenUntilRun: true });
    expect(batches()).toEqual([
      ["a:1", "a:2", "a:3", "a:4"],
      ["a:5", "a:6"],
    ]);
    expect(mapping.stats()).toMatchObject({ recordsProcessed: 6, bufferedRecords: 0 });
  });

  test("is not larger than a payload may be", async () => {
    const large = "x".repeat(2_200_000);
    const fixture = createMappingFixture({
      isBatchOpenUntilRun: true,
      maxRecordBytes: 10 * 1024 * 1024,
      waitForProcess: () => fixture.clock.sleep(3_000),
    });
    const { batches, clock, mapping, put } = fixture;
    await mapping.start();
    put(`a:${large}`);
    await clock.runFor(1_000);
    put(`b:${large}`);
    await clock.runFor(1_000);
    put(`c:${large}`);
    await clock.runFor(20_000);
    expect(batches().map((batch) => batch.map((text) => text[0]))).toEqual([["a", "b"], ["c"]]);
  });

  test("keeps its records when it failed", async () => {
    let attempts = 0;
    const { batches, clock, put } = await waitWithTwo({
      isBatchOpenUntilRun: true,
      handler: () => {
        attempts += 1;
        if (attempts === 1) throw new Error("failed");
      },
    });
    put("a:7");
    await clock.runFor(60_000);
    expect(batches()).toEqual([series("a", 4), series("a", 4), ["a:5", "a:6"], ["a:7"]]);
  });

  test("goes on behind the record that failed, which may have joined it", async () => {
    let attempts = 0;
    const { batches, mapping } = await waitWithTwo({
      isBatchOpenUntilRun: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      handler: (_texts, event) => {
        attempts += 1;
        const items = attempts === 1 ? event.Records.slice(2, 3) : [];
        return { batchItemFailures: items.map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })) };
      },
    });
    expect(batches()).toEqual([series("a", 4), ["a:3", "a:4"], ["a:5", "a:6"]]);
    expect(mapping.stats()).toMatchObject({ recordsProcessed: 6, bufferedRecords: 0 });
  });
});
