import { describe, expect, test } from "@jest/globals";
import { createRandom, type Kinesis, type Shard, VirtualClock } from "../../src/index.ts";
import { createFixture, entryOf, errorOf, iteratorAt, textOf } from "../fixtures/kinesis-fixture.ts";

const middle = (2n ** 127n).toString();

function shardsOf(kinesis: Kinesis): Shard[] {
  return kinesis.listShards({ StreamName: "orders" }).Shards;
}

function openShardsOf(kinesis: Kinesis): Shard[] {
  return kinesis.listShards({ StreamName: "orders", ShardFilter: { Type: "AT_LATEST" } }).Shards;
}

describe("splitting a shard", () => {
  test("closes it and opens two children that share its range", () => {
    const { kinesis } = createFixture();
    kinesis.splitShard({ StreamName: "orders", ShardToSplit: "shardId-000000000000", NewStartingHashKey: middle });
    const [parent, left, right] = shardsOf(kinesis);
    expect(parent?.SequenceNumberRange.EndingSequenceNumber).toMatch(/^49\d{54}$/);
    expect(left).toMatchObject({ ShardId: "shardId-000000000001", ParentShardId: "shardId-000000000000" });
    expect(right).toMatchObject({ ShardId: "shardId-000000000002", ParentShardId: "shardId-000000000000" });
    expect(left?.HashKeyRange).toEqual({ StartingHashKey: "0", EndingHashKey: (2n ** 127n - 1n).toString() });
    expect(right?.HashKeyRange).toEqual({ StartingHashKey: middle, EndingHashKey: (2n ** 128n - 1n).toString() });
  });

  test("sends every later record to a child, with a greater sequence number than any in the parent", () => {
    const { kinesis } = createFixture();
    const before = kinesis.putRecord({ StreamName: "orders", ...entryOf("a") });
    kinesis.splitShard({ StreamName: "orders", ShardToSplit: "0", NewStartingHashKey: middle });
    const after = kinesis.putRecord({ StreamName: "orders", ...entryOf("a") });
    expect(before.ShardId).toBe("shardId-000000000000");
    expect(["shardId-000000000001", "shardId-000000000002"]).toContain(after.ShardId);
    const ending = shardsOf(kinesis)[0]?.SequenceNumberRange.EndingSequenceNumber ?? "0";
    expect(BigInt(before.SequenceNumber)).toBeLessThan(BigInt(ending));
  });

  test("refuses a key at the edge of the range, a closed shard, and one that is not there", () => {
    const { kinesis } = createFixture();
    const split = (ShardToSplit: string, NewStartingHashKey: string) =>
      errorOf(() => kinesis.splitShard({ StreamName: "orders", ShardToSplit, NewStartingHashKey }));
    expect(split("shardId-000000000000", "1").message).toContain(
      "is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey 340282366920938463463374607431768211455.",
    );
    expect(split("shardId-000000000000", (2n ** 128n - 1n).toString()).code).toBe("InvalidArgumentException");
    expect(split("shardId-000000000007", middle)).toEqual({
      code: "ResourceNotFoundException",
      message: "Could not find shard shardId-000000000007 in stream orders under account 000000000000.",
    });
    expect(split("nothing at all", middle).code).toBe("ValidationException");
    expect(split("shardId-000000000000", middle).code).toBe("none");
    expect(split("shardId-000000000000", "10").code).toBe("InvalidArgumentException");
  });
});

describe("merging two shards", () => {
  test("closes both and opens one child with two parents, whichever is named first", () => {
    for (const [ShardToMerge, AdjacentShardToMerge] of [
      ["shardId-000000000000", "shardId-000000000001"],
      ["shardId-000000000001", "shardId-000000000000"],
    ] as const) {
      const { kinesis } = createFixture({ shardCount: 3 });
      kinesis.mergeShards({ StreamName: "orders", ShardToMerge, AdjacentShardToMerge });
      expect(openShardsOf(kinesis).map((shard) => shard.ShardId)).toEqual([
        "shardId-000000000002",
        "shardId-000000000003",
      ]);
      expect(shardsOf(kinesis)[3]).toMatchObject({
        ParentShardId: "shardId-000000000000",
        AdjacentParentShardId: "shardId-000000000001",
      });
    }
  });

  test("refuses shards that do not touch", () => {
    const { kinesis } = createFixture({ shardCount: 3 });
    expect(
      errorOf(() =>
        kinesis.mergeShards({
          StreamName: "orders",
          ShardToMerge: "shardId-000000000000",
          AdjacentShardToMerge: "shardId-000000000002",
        }),
      ),
    ).toEqual({
      code: "InvalidArgumentException",
      message:
        "Shards shardId-000000000000 and shardId-000000000002 in stream orders under account 000000000000 are not an adjacent pair of shards eligible for merging",
    });
  });
});

describe("UpdateShardCount", () => {
  const update = (kinesis: Kinesis, TargetShardCount: number) =>
    kinesis.updateShardCount({ StreamName: "orders", TargetShardCount, ScalingType: "UNIFORM_SCALING" });

  test.each([
    [1, 2],
    [2, 4],
    [4, 2],
    [4, 6],
    [6, 4],
    [5, 3],
    [3, 3],
  ])("from %d to %d leaves equal ranges over the whole key space, every child with its parents", (from, to) => {
    const { kinesis } = createFixture({ shardCount: from });
    expect(update(kinesis, to)).toEqual({
      StreamName: "orders",
      StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/orders",
      CurrentShardCount: from,
      TargetShardCount: to,
    });
    const { kinesis: fresh } = createFixture({ shardCount: to });
    const ranges = (shards: Shard[]) =>
      shards
        .map((shard) => shard.HashKeyRange)
        .sort((a, b) => (BigInt(a.StartingHashKey) < BigInt(b.StartingHashKey) ? -1 : 1));
    expect(ranges(openShardsOf(kinesis))).toEqual(ranges(openShardsOf(fresh)));
    for (const shard of shardsOf(kinesis).slice(from)) expect(shard.ParentShardId).toBeDefined();
  });

  test("goes neither above double nor below half", () => {
    const { kinesis } = createFixture({ shardCount: 5 });
    expect(errorOf(() => update(kinesis, 11))).toEqual({
      code: "LimitExceededException",
      message:
        "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 5 Target shard count: 11",
    });
    expect(errorOf(() => update(kinesis, 2)).code).toBe("LimitExceededException");
    expect(errorOf(() => update(kinesis, 0)).code).toBe("ValidationException");
    expect(errorOf(() => update(kinesis, 10)).code).toBe("none");
  });

  test("works ten times in any 24 hours", async () => {
    const { clock, kinesis } = createFixture({ shardCount: 2 });
    for (let call = 0; call < 10; call += 1) update(kinesis, call % 2 === 0 ? 3 : 2);
    expect(errorOf(() => update(kinesis, 3)).code).toBe("LimitExceededException");
    await clock.runFor(24 * 3_600_000);
    expect(errorOf(() => update(kinesis, 3)).code).toBe("none");
  });
});

describe("reading over a reshard", () => {
  test("a closed shard gives its records, then an end without iterator and the children to go on with", () => {
    const { kinesis } = createFixture();
    kinesis.putRecords({ StreamName: "orders", Records: [entryOf("a", "1"), entryOf("a", "2")] });
    const iterator = iteratorAt(kinesis);
    kinesis.splitShard({ StreamName: "orders", ShardToSplit: "shardId-000000000000", NewStartingHashKey: middle });
    kinesis.putRecords({ StreamName: "orders", Records: [entryOf("a", "3")] });
    const records = kinesis.getRecords({ ShardIterator: iterator });
    expect(records.Records.map(textOf)).toEqual(["1", "2"]);
    expect(records.ChildShards).toBeUndefined();
    const end = kinesis.getRecords({ ShardIterator: records.NextShardIterator });
    expect(end.Records).toEqual([]);
    expect(end.NextShardIterator).toBeUndefined();
    expect(end.ChildShards).toEqual([
      {
        ShardId: "shardId-000000000001",
        ParentShards: ["shardId-000000000000"],
        HashKeyRange: { StartingHashKey: "0", EndingHashKey: (2n ** 127n - 1n).toString() },
      },
      {
        ShardId: "shardId-000000000002",
        ParentShards: ["shardId-000000000000"],
        HashKeyRange: { StartingHashKey: middle, EndingHashKey: (2n ** 128n - 1n).toString() },
      },
    ]);
  });

  test("a merged child names both parents", () => {
    const { kinesis } = createFixture({ shardCount: 2 });
    const iterator = iteratorAt(kinesis);
    kinesis.mergeShards({ StreamName: "orders", ShardToMerge: "0", AdjacentShardToMerge: "1" });
    expect(kinesis.getRecords({ ShardIterator: iterator }).ChildShards?.[0]?.ParentShards).toEqual([
      "shardId-000000000000",
      "shardId-000000000001",
    ]);
  });

  test("a reader that drains parents before their children sees each key in order, whatever happened to the shards", async () => {
    const { clock, kinesis } = createFixture({ shardCount: 2 });
    const random = createRandom("reshard");
    const written = new Map<string, number[]>();
    for (let step = 0; step < 300; step += 1) {
      if (step % 20 === 19) kinesis.reshardAtRandom("orders", random, 6);
      const key = `key-${Math.floor(random() * 20)}`;
      kinesis.putRecords({ StreamName: "orders", Records: [entryOf(key, String(step))] });
      written.set(key, [...(written.get(key) ?? []), step]);
      await clock.runFor(100);
    }
    expect(shardsOf(kinesis).length).toBeGreaterThan(10);

    const read = new Map<string, number[]>();
    const drained = new Set<string>();
    const queue = shardsOf(kinesis).filter((shard) => shard.ParentShardId === undefined);
    while (queue.length > 0) {
      const shard = queue.shift()!;
      let iterator: string | undefined = iteratorAt(kinesis, shard.ShardId);
      let isAtEnd = false;
      while (iterator !== undefined && !isAtEnd) {
        const result = kinesis.getRecords({ ShardIterator: iterator, Limit: 3 });
        for (const record of result.Records) {
          read.set(record.PartitionKey, [...(read.get(record.PartitionKey) ?? []), Number(textOf(record))]);
        }
        isAtEnd = result.MillisBehindLatest === 0 && result.Records.length === 0;
        iterator = result.NextShardIterator;
        await clock.runFor(200);
      }
      drained.add(shard.ShardId);
      for (const child of shardsOf(kinesis)) {
        const parents = [child.ParentShardId, child.AdjacentParentShardId].filter((id) => id !== undefined);
        const isReady = parents.includes(shard.ShardId) && parents.every((id) => drained.has(id));
        if (isReady && !queue.includes(child)) queue.push(child);
      }
    }
    expect(Object.fromEntries(read)).toEqual(Object.fromEntries(written));
  });
});

describe("listing shards", () => {
  test("filters by openness, position in time, and id, as AWS does", async () => {
    const { clock, kinesis } = createFixture({ shardCount: 2 });
    await clock.runFor(10_000);
    kinesis.mergeShards({ StreamName: "orders", ShardToMerge: "0", AdjacentShardToMerge: "1" });
    const mergedAt = clock.now();
    await clock.runFor(10_000);
    kinesis.splitShard({ StreamName: "orders", ShardToSplit: "2", NewStartingHashKey: middle });
    await clock.runFor(10_000);
    const list = (Type: string, rest: object = {}) =>
      kinesis
        .listShards({ StreamName: "orders", ShardFilter: { Type: Type as "AT_LATEST", ...rest } })
        .Shards.map((shard) => Number(shard.ShardId.slice(-3)));
    expect(list("FROM_TRIM_HORIZON")).toEqual([0, 1, 2, 3, 4]);
    expect(list("AT_TRIM_HORIZON")).toEqual([0, 1]);
    expect(list("AT_LATEST")).toEqual([3, 4]);
    expect(list("AT_TIMESTAMP", { Timestamp: new Date(mergedAt + 1) })).toEqual([2]);
    expect(list("FROM_TIMESTAMP", { Timestamp: new Date(mergedAt + 1) })).toEqual([2, 3, 4]);
    expect(list("AFTER_SHARD_ID", { ShardId: "shardId-000000000002" })).toEqual([3, 4]);
    expect(errorOf(() => list("AFTER_SHARD_ID")).code).toBe("InvalidArgumentException");
    expect(errorOf(() => list("AT_TIMESTAMP")).code).toBe("InvalidArgumentException");
  });

  test("comes in pages whose tokens stand for stream and filter and expire after five minutes", async () => {
    const { clock, kinesis } = createFixture({ shardCount: 7 });
    const first = kinesis.listShards({
      StreamName: "orders",
      MaxResults: 3,
      ShardFilter: { Type: "AFTER_SHARD_ID", ShardId: "shardId-000000000001" },
    });
    expect(first.Shards.map((shard) => shard.ShardId.slice(-1)).join("")).toBe("234");
    const next = () => kinesis.listShards({ NextToken: first.NextToken, MaxResults: 3 });
    expect(
      next()
        .Shards.map((shard) => shard.ShardId.slice(-1))
        .join(""),
    ).toBe("56");
    expect(next().NextToken).toBeUndefined();
    expect(errorOf(() => kinesis.listShards({ NextToken: first.NextToken, StreamName: "orders" })).message).toBe(
      "NextToken and StreamName cannot be provided together.",
    );
    expect(errorOf(() => kinesis.listShards({})).message).toBe("Either NextToken or StreamName should be provided.");
    expect(errorOf(() => kinesis.listShards({ NextToken: "made up" })).code).toBe("InvalidArgumentException");
    await clock.runFor(300_001);
    expect(errorOf(next).code).toBe("ExpiredNextTokenException");
  });

  test("forgets a closed shard once all its records have expired", async () => {
    const { clock, kinesis } = createFixture();
    kinesis.splitShard({ StreamName: "orders", ShardToSplit: "0", NewStartingHashKey: middle });
    await clock.runFor(24 * 3_600_000);
    expect(shardsOf(kinesis)).toHaveLength(3);
    await clock.runFor(1);
    expect(shardsOf(kinesis).map((shard) => shard.ShardId)).toEqual(["shardId-000000000001", "shardId-000000000002"]);
    expect(errorOf(() => iteratorAt(kinesis)).code).toBe("ResourceNotFoundException");
  });
});

test("virtual time is all the time there is: a stream created at another start has it in its numbers", () => {
  const clock = new VirtualClock({ startMs: Date.UTC(2030, 0, 1) });
  const { kinesis } = createFixture({}, { clock });
  expect(
    kinesis.describeStreamSummary({ StreamName: "orders" }).StreamDescriptionSummary.StreamCreationTimestamp,
  ).toEqual(new Date("2030-01-01T00:00:00.000Z"));
});
