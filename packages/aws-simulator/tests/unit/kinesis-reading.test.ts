import { describe, expect, test } from "@jest/globals";
import { createFixture, entryOf, errorOf, iteratorAt, textOf } from "../fixtures/kinesis-fixture.ts";

const shardId = "shardId-000000000000";
const mib = 1024 * 1024;

function put(kinesis: ReturnType<typeof createFixture>["kinesis"], ...texts: string[]): string[] {
  return kinesis
    .putRecords({ StreamName: "orders", Records: texts.map((text) => entryOf("k", text)) })
    .Records.map((record) => record.SequenceNumber ?? "");
}

describe("shard iterators", () => {
  function readFrom(fixture: ReturnType<typeof createFixture>, input: object): string[] {
    const { ShardIterator } = fixture.kinesis.getShardIterator({
      StreamName: "orders",
      ShardId: shardId,
      ShardIteratorType: undefined,
      ...input,
    });
    return fixture.kinesis.getRecords({ ShardIterator }).Records.map(textOf);
  }

  test("start at the oldest record, after the newest, at or after a number, or at a time", async () => {
    const fixture = createFixture();
    const { clock, kinesis } = fixture;
    const [, second] = put(kinesis, "a", "b");
    await clock.runFor(1000);
    const third = new Date(clock.now());
    put(kinesis, "c");
    await clock.runFor(1000);
    const at = (input: object) => readFrom(fixture, input);
    expect(at({ ShardIteratorType: "TRIM_HORIZON" })).toEqual(["a", "b", "c"]);
    expect(at({ ShardIteratorType: "LATEST" })).toEqual([]);
    expect(at({ ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: second })).toEqual(["b", "c"]);
    await clock.runFor(1000);
    expect(at({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: second })).toEqual(["c"]);
    expect(at({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: third })).toEqual(["c"]);
    await clock.runFor(1000);
    expect(at({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(third.getTime() + 1) })).toEqual([]);
    expect(at({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(0) })).toEqual(["a", "b", "c"]);
  });

  test("LATEST gives what was written after it was asked for, also on an empty shard", () => {
    const { kinesis } = createFixture();
    const onEmpty = iteratorAt(kinesis, shardId, "LATEST");
    put(kinesis, "a");
    const afterFirst = iteratorAt(kinesis, shardId, "LATEST");
    put(kinesis, "b");
    expect(kinesis.getRecords({ ShardIterator: onEmpty }).Records.map(textOf)).toEqual(["a", "b"]);
    expect(kinesis.getRecords({ ShardIterator: afterFirst }).Records.map(textOf)).toEqual(["b"]);
  });

  test("can be read twice, and the next one goes on where the last ended", () => {
    const { kinesis } = createFixture();
    put(kinesis, "a", "b", "c");
    const first = iteratorAt(kinesis);
    const once = kinesis.getRecords({ ShardIterator: first, Limit: 2 });
    const again = kinesis.getRecords({ ShardIterator: first, Limit: 2 });
    expect(again.Records).toEqual(once.Records);
    const rest = kinesis.getRecords({ ShardIterator: once.NextShardIterator });
    expect(rest.Records.map(textOf)).toEqual(["c"]);
    expect(kinesis.getRecords({ ShardIterator: rest.NextShardIterator }).Records).toEqual([]);
  });

  test("expire after five minutes, with the times in the message", async () => {
    const { clock, kinesis } = createFixture();
    const iterator = iteratorAt(kinesis);
    await clock.runFor(300_000);
    expect(errorOf(() => kinesis.getRecords({ ShardIterator: iterator })).code).toBe("none");
    await clock.runFor(1);
    expect(errorOf(() => kinesis.getRecords({ ShardIterator: iterator }))).toEqual({
      code: "ExpiredIteratorException",
      message:
        "Iterator expired. The iterator was created at time Thu Jan 01 00:00:00 UTC 2026 while right now it is Thu Jan 01 00:05:00 UTC 2026 which is further in the future than the tolerated delay of 300000 milliseconds.",
    });
  });

  test("of a deleted stream lead nowhere, even when another of the same name exists", async () => {
    const { clock, kinesis } = createFixture();
    const iterator = iteratorAt(kinesis);
    kinesis.deleteStream({ StreamName: "orders" });
    const gone = {
      code: "ResourceNotFoundException",
      message: `Shard ${shardId} in stream orders under account 000000000000 does not exist`,
    };
    expect(errorOf(() => kinesis.getRecords({ ShardIterator: iterator }))).toEqual(gone);
    await clock.runFor(1);
    kinesis.createStream({ streamName: "orders" });
    expect(errorOf(() => kinesis.getRecords({ ShardIterator: iterator }))).toEqual(gone);
  });

  test("are refused when they were cut, edited or made up", () => {
    const { kinesis } = createFixture();
    const good = iteratorAt(kinesis);
    const edited = Buffer.from(
      Buffer.from(good, "base64").toString("latin1").replace("shardId-000000000000", "shardId-000000000001"),
      "latin1",
    ).toString("base64");
    for (const iterator of [good.slice(0, -8), edited, "AAAAAAAAAAE", "nonsense"]) {
      expect(errorOf(() => kinesis.getRecords({ ShardIterator: iterator }))).toEqual({
        code: "InvalidArgumentException",
        message: "Invalid ShardIterator.",
      });
    }
    expect(errorOf(() => kinesis.getRecords({ ShardIterator: undefined })).code).toBe("ValidationException");
  });

  test("say what is wrong with their request", () => {
    const { clock, kinesis } = createFixture({ shardCount: 2 });
    const [number] = kinesis
      .putRecords({ StreamName: "orders", Records: [{ ...entryOf("a"), ExplicitHashKey: "0" }] })
      .Records.map((record) => record.SequenceNumber);
    const get = (input: object) =>
      errorOf(() =>
        kinesis.getShardIterator({ StreamName: "orders", ShardId: shardId, ShardIteratorType: "LATEST", ...input }),
      );
    expect(get({ ShardIteratorType: "AT_SEQUENCE_NUMBER" }).message).toContain(
      "Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber.",
    );
    expect(get({ StartingSequenceNumber: number }).message).toContain(
      "Request specified LATEST and also a StartingSequenceNumber.",
    );
    expect(get({ ShardIteratorType: "AT_TIMESTAMP" }).message).toContain("has no timestamp parameter");
    expect(get({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(clock.now() + 1) }).message).toContain(
      "cannot be greater than the currentTimestampInMillis",
    );
    expect(
      get({
        ShardId: "shardId-000000000001",
        ShardIteratorType: "AT_SEQUENCE_NUMBER",
        StartingSequenceNumber: number,
      }),
    ).toEqual({
      code: "InvalidArgumentException",
      message:
        "Invalid StartingSequenceNumber. It encodes shardId-000000000000, while it was used in a call to a shard with shardId-000000000001",
    });
    expect(get({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: "12345" }).message).toContain(
      "is invalid.",
    );
    expect(get({ ShardId: "shardId-000000000009" })).toEqual({
      code: "ResourceNotFoundException",
      message: "Shard shardId-000000000009 in stream orders under account 000000000000 does not exist",
    });
    expect(get({ ShardIteratorType: "SOMEWHERE" }).code).toBe("ValidationException");
  });

  test("may be asked for five times a second on a shard", async () => {
    const { clock, kinesis } = createFixture();
    for (let call = 0; call < 5; call += 1) iteratorAt(kinesis);
    expect(errorOf(() => iteratorAt(kinesis)).code).toBe("ProvisionedThroughputExceededException");
    await clock.runFor(200);
    expect(errorOf(() => iteratorAt(kinesis)).code).toBe("none");
  });
});

describe("the limits of GetRecords", () => {
  test("are five calls a second on one shard, shared by all its readers", async () => {
    const { clock, kinesis } = createFixture({ shardCount: 2 });
    const iterator = iteratorAt(kinesis);
    const other = iteratorAt(kinesis, "shardId-000000000001");
    for (let call = 0; call < 5; call += 1) kinesis.getRecords({ ShardIterator: iterator });
    expect(errorOf(() => kinesis.getRecords({ ShardIterator: iterator }))).toEqual({
      code: "ProvisionedThroughputExceededException",
      message: `Rate exceeded for shard ${shardId} in stream orders under account 000000000000.`,
    });
    kinesis.getRecords({ ShardIterator: other });
    expect(kinesis.stats("orders").throttledReads).toBe(1);
    await clock.runFor(200);
    kinesis.getRecords({ ShardIterator: iterator });
  });

  test("are 10 MiB a call, and then a pause of up to five seconds", async () => {
    const { clock, kinesis } = createFixture();
    for (let second = 0; second < 12; second += 1) {
      kinesis.putRecords({ StreamName: "orders", Records: [{ PartitionKey: "k", Data: Buffer.alloc(mib - 1) }] });
      await clock.runFor(1000);
    }
    const first = kinesis.getRecords({ ShardIterator: iteratorAt(kinesis) });
    expect(first.Records).toHaveLength(10);
    expect(first.MillisBehindLatest).toBeGreaterThan(0);
    const next = () => errorOf(() => kinesis.getRecords({ ShardIterator: first.NextShardIterator })).code;
    expect(next()).toBe("ProvisionedThroughputExceededException");
    await clock.runFor(4999);
    expect(next()).toBe("ProvisionedThroughputExceededException");
    await clock.runFor(2);
    expect(next()).toBe("none");
  });

  test("are 2 MiB a second over a longer time", async () => {
    const { clock, kinesis } = createFixture();
    for (let second = 0; second < 60; second += 1) {
      kinesis.putRecords({ StreamName: "orders", Records: [{ PartitionKey: "k", Data: Buffer.alloc(mib - 1) }] });
      await clock.runFor(1000);
    }
    let iterator: string | undefined = iteratorAt(kinesis);
    let bytes = 0;
    const start = clock.now();
    while (clock.now() - start < 10_000) {
      try {
        const read = kinesis.getRecords({ ShardIterator: iterator, Limit: 1 });
        iterator = read.NextShardIterator;
        for (const record of read.Records) bytes += record.sizeBytes;
      } catch {
        // Refused: asked again on the next tick.
      }
      await clock.runFor(200);
    }
    expect(bytes / mib).toBeGreaterThan(19);
    expect(bytes / mib).toBeLessThan(23);
  });

  test("give one record even when it is larger than a call may be otherwise", () => {
    const { kinesis } = createFixture({ maxRecordBytes: 10 * mib });
    kinesis.putRecords({ StreamName: "orders", Records: [{ PartitionKey: "k", Data: Buffer.alloc(10 * mib - 1) }] });
    expect(kinesis.getRecords({ ShardIterator: iteratorAt(kinesis) }).Records).toHaveLength(1);
  });

  test("are 10,000 records, and whatever Limit says below that", () => {
    const { kinesis } = createFixture();
    const get = (Limit: number) => () => kinesis.getRecords({ ShardIterator: iteratorAt(kinesis), Limit });
    put(kinesis, "a", "b", "c");
    expect(get(2)().Records).toHaveLength(2);
    expect(errorOf(get(0)).code).toBe("ValidationException");
    expect(errorOf(get(10_001)).code).toBe("ValidationException");
  });
});

describe("MillisBehindLatest", () => {
  test("is the age of the last record read while there are more, and 0 at the tip", async () => {
    const { clock, kinesis } = createFixture();
    put(kinesis, "a");
    await clock.runFor(5000);
    put(kinesis, "b");
    await clock.runFor(2000);
    const first = kinesis.getRecords({ ShardIterator: iteratorAt(kinesis), Limit: 1 });
    expect(first.MillisBehindLatest).toBe(7000);
    expect(kinesis.getRecords({ ShardIterator: first.NextShardIterator }).MillisBehindLatest).toBe(0);
  });

  test("is never 0 before the tip, also when all happened in one millisecond", () => {
    const { kinesis } = createFixture();
    put(kinesis, "a", "b");
    expect(kinesis.getRecords({ ShardIterator: iteratorAt(kinesis), Limit: 1 }).MillisBehindLatest).toBe(1);
  });
});

describe("retention", () => {
  test("forgets records after 24 hours, and readers go on with the oldest that is left", async () => {
    const { clock, kinesis } = createFixture();
    const [old] = put(kinesis, "old");
    await clock.runFor(12 * 3_600_000);
    put(kinesis, "young");
    await clock.runFor(12 * 3_600_000 + 1);
    expect(kinesis.getRecords({ ShardIterator: iteratorAt(kinesis) }).Records.map(textOf)).toEqual(["young"]);
    const { ShardIterator } = kinesis.getShardIterator({
      StreamName: "orders",
      ShardId: shardId,
      ShardIteratorType: "AT_SEQUENCE_NUMBER",
      StartingSequenceNumber: old,
    });
    expect(kinesis.getRecords({ ShardIterator }).Records.map(textOf)).toEqual(["young"]);
    expect(kinesis.stats("orders")).toMatchObject({ recordsIn: 2, retainedRecords: 1 });
  });

  test("can be raised up to a year and lowered again, within its limits", async () => {
    const { clock, kinesis } = createFixture();
    put(kinesis, "a");
    kinesis.increaseStreamRetentionPeriod({ StreamName: "orders", RetentionPeriodHours: 48 });
    await clock.runFor(30 * 3_600_000);
    expect(kinesis.getRecords({ ShardIterator: iteratorAt(kinesis) }).Records).toHaveLength(1);
    kinesis.decreaseStreamRetentionPeriod({ StreamName: "orders", RetentionPeriodHours: 24 });
    expect(kinesis.getRecords({ ShardIterator: iteratorAt(kinesis) }).Records).toHaveLength(0);
    const increase = (RetentionPeriodHours: number) =>
      errorOf(() => kinesis.increaseStreamRetentionPeriod({ StreamName: "orders", RetentionPeriodHours }));
    expect(increase(8760).code).toBe("none");
    expect(increase(8761).code).toBe("InvalidArgumentException");
    expect(increase(24).message).toContain("Use DecreaseRetentionPeriod API.");
    expect(
      errorOf(() => kinesis.decreaseStreamRetentionPeriod({ StreamName: "orders", RetentionPeriodHours: 23 })).message,
    ).toBe("Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.");
  });

  test("holds for a stream that nobody reads as well", async () => {
    const { clock, kinesis } = createFixture();
    put(kinesis, "old");
    await clock.runFor(24 * 3_600_000 + 1);
    put(kinesis, "new");
    expect(kinesis.stats("orders").retainedRecords).toBe(1);
  });

  test("keeps memory flat while a day's records come and go", async () => {
    const { clock, kinesis } = createFixture();
    const batch = Array.from({ length: 100 }, () => entryOf("k"));
    for (let hour = 0; hour < 100; hour += 1) {
      kinesis.putRecords({ StreamName: "orders", Records: batch });
      await clock.runFor(3_600_000);
      kinesis.getRecords({ ShardIterator: iteratorAt(kinesis) });
      expect(kinesis.stats("orders").retainedRecords).toBeLessThanOrEqual(2500);
    }
    expect(kinesis.stats("orders").recordsIn).toBe(10_000);
  });
});

describe("a stream from its end", () => {
  test("is read newest first, below a number and before a time, and counts what came after a number", async () => {
    const fixture = createFixture();
    const { clock, kinesis } = fixture;
    const [, second] = put(kinesis, "a", "b");
    await clock.runFor(1000);
    const laterMs = clock.now();
    put(kinesis, "c");
    const [shard] = kinesis.shardViews("orders");
    const textsFrom = (bounds?: Parameters<NonNullable<typeof shard>["newestFirst"]>[0]) =>
      Array.from(shard?.newestFirst(bounds) ?? [], ({ Data }) => Buffer.from(Data).toString());
    expect(textsFrom()).toEqual(["c", "b", "a"]);
    expect(textsFrom({ before: second })).toEqual(["a"]);
    expect(textsFrom({ arrivedBeforeMs: laterMs })).toEqual(["b", "a"]);
    expect(shard?.countAfter(second)).toBe(1);
    expect(shard?.countAfter()).toBe(3);
    expect(kinesis.stats("orders").reads).toBe(0);
  });
});
