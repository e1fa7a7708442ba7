import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { Kinesis, VirtualClock } from "../../src/index.ts";
import { createFixture, entryOf, errorOf } from "../fixtures/kinesis-fixture.ts";

const mib = 1024 * 1024;

describe("routing", () => {
  test("puts a record into the shard whose range holds the MD5 of its partition key", () => {
    const { kinesis } = createFixture({ shardCount: 4 });
    const keys = ["a", "user-42", "ключ", "🛒", "x".repeat(256)];
    const { Records } = kinesis.putRecords({ StreamName: "orders", Records: keys.map((key) => entryOf(key)) });
    keys.forEach((key, index) => {
      const hash = BigInt(`0x${createHash("md5").update(key, "utf8").digest("hex")}`);
      expect(Records[index]?.ShardId).toBe(`shardId-${String(hash >> 126n).padStart(12, "0")}`);
    });
  });

  test("obeys an explicit hash key instead, at both ends of every range", () => {
    const { kinesis } = createFixture({ shardCount: 3 });
    for (const shard of kinesis.listShards({ StreamName: "orders" }).Shards) {
      for (const ExplicitHashKey of Object.values(shard.HashKeyRange) as string[]) {
        const { Records } = kinesis.putRecords({
          StreamName: "orders",
          Records: [{ ...entryOf("whatever"), ExplicitHashKey }],
        });
        expect(Records[0]?.ShardId).toBe(shard.ShardId);
      }
    }
  });

  test("covers the whole key space without gap or overlap, for every number of shards", () => {
    for (const shardCount of [1, 2, 3, 7, 100]) {
      const { kinesis } = createFixture({ shardCount });
      const ranges = kinesis.listShards({ StreamName: "orders" }).Shards.map((shard) => shard.HashKeyRange);
      expect(ranges[0]?.StartingHashKey).toBe("0");
      expect(ranges.at(-1)?.EndingHashKey).toBe((2n ** 128n - 1n).toString());
      ranges.slice(1).forEach((range, index) => {
        expect(BigInt(range.StartingHashKey)).toBe(BigInt(ranges[index]?.EndingHashKey ?? 0) + 1n);
      });
    }
  });

  test("refuses an explicit hash key that is no number below 2^128", () => {
    const { kinesis } = createFixture();
    const put = (ExplicitHashKey: string) =>
      errorOf(() => kinesis.putRecords({ StreamName: "orders", Records: [{ ...entryOf("a"), ExplicitHashKey }] }));
    expect(put((2n ** 128n).toString())).toEqual({
      code: "InvalidArgumentException",
      message:
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was 340282366920938463463374607431768211456",
    });
    expect(put("-1").code).toBe("ValidationException");
    expect(put("007").code).toBe("ValidationException");
  });
});

describe("sequence numbers", () => {
  test("are decimal numbers of 56 digits that grow within a shard, also while the clock stands or goes back", () => {
    const { kinesis } = createFixture();
    const numbers = Array.from(
      { length: 50 },
      () => kinesis.putRecord({ StreamName: "orders", ...entryOf("a") }).SequenceNumber,
    );
    for (const number of numbers) expect(number).toMatch(/^49\d{54}$/);
    const sorted = [...numbers].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    expect(numbers).toEqual(sorted);
    expect(new Set(numbers).size).toBe(50);
    const range = kinesis.listShards({ StreamName: "orders" }).Shards[0]?.SequenceNumberRange;
    expect(BigInt(numbers[0] ?? 0)).toBeGreaterThan(BigInt(range?.StartingSequenceNumber ?? 0));
  });

  test("are unique over the shards of a stream", () => {
    const { kinesis } = createFixture({ shardCount: 5 });
    const { Records } = kinesis.putRecords({
      StreamName: "orders",
      Records: Array.from({ length: 500 }, (_, index) => entryOf(`k${index}`)),
    });
    expect(new Set(Records.map((record) => record.SequenceNumber)).size).toBe(500);
  });
});

describe("the capacity of a shard", () => {
  test("is 1,000 records a second: what exceeds it fails alone, with a text that names the shard", () => {
    const { kinesis } = createFixture();
    const batch = Array.from({ length: 500 }, () => entryOf("a"));
    for (const expected of [0, 0, 500]) {
      expect(kinesis.putRecords({ StreamName: "orders", Records: batch }).FailedRecordCount).toBe(expected);
    }
    const { Records } = kinesis.putRecords({ StreamName: "orders", Records: [entryOf("a")] });
    expect(Records).toEqual([
      {
        ErrorCode: "ProvisionedThroughputExceededException",
        ErrorMessage: "Rate exceeded for shard shardId-000000000000 in stream orders under account 000000000000.",
      },
    ]);
  });

  test("comes back with time, in parts", async () => {
    const { clock, kinesis } = createFixture();
    const batch = Array.from({ length: 500 }, () => entryOf("a"));
    kinesis.putRecords({ StreamName: "orders", Records: batch });
    kinesis.putRecords({ StreamName: "orders", Records: batch });
    await clock.runFor(100);
    expect(kinesis.putRecords({ StreamName: "orders", Records: batch }).FailedRecordCount).toBe(400);
    await clock.runFor(60_000);
    expect(kinesis.putRecords({ StreamName: "orders", Records: batch }).FailedRecordCount).toBe(0);
    expect(kinesis.putRecords({ StreamName: "orders", Records: batch }).FailedRecordCount).toBe(0);
    expect(kinesis.putRecords({ StreamName: "orders", Records: batch }).FailedRecordCount).toBe(500);
  });

  test("is 1 MiB a second, keys included; a smaller record after a refused one still fits", async () => {
    const { clock, kinesis } = createFixture();
    const half = { PartitionKey: "k", Data: Buffer.alloc(mib / 2 - 1) };
    const put = (...Records: { PartitionKey: string; Data: Uint8Array }[]) =>
      kinesis.putRecords({ StreamName: "orders", Records }).Records.map((record) => record.ErrorCode ?? "stored");
    const throttled = "ProvisionedThroughputExceededException";
    expect(put(half, half, entryOf("k", ""))).toEqual(["stored", "stored", throttled]);
    await clock.runFor(10);
    expect(put(half, entryOf("k", "small"))).toEqual([throttled, "stored"]);
  });

  test("belongs to each shard: a full one does not stop the others", () => {
    const { kinesis } = createFixture({ shardCount: 2 });
    const low = Array.from({ length: 500 }, () => ({ ...entryOf("a"), ExplicitHashKey: "0" }));
    for (let call = 0; call < 3; call += 1) kinesis.putRecords({ StreamName: "orders", Records: low });
    const high = { ...entryOf("a"), ExplicitHashKey: (2n ** 127n).toString() };
    const { Records } = kinesis.putRecords({ StreamName: "orders", Records: [low[0]!, high, low[1]!] });
    expect(Records.map((record) => record.ErrorCode === undefined)).toEqual([false, true, false]);
  });

  test("lets a record larger than a second's worth through and makes the shard pay for it afterwards", async () => {
    const { clock, kinesis } = createFixture({ maxRecordBytes: 10 * mib });
    const large = { PartitionKey: "k", Data: Buffer.alloc(9 * mib) };
    const put = (entry: { PartitionKey: string; Data: Uint8Array }) =>
      kinesis.putRecords({ StreamName: "orders", Records: [entry] }).FailedRecordCount;
    expect([put(large), put(large)]).toEqual([0, 1]);
    await clock.runFor(4000);
    expect(put(large)).toBe(1);
    await clock.runFor(4001);
    expect(put(large)).toBe(0);
  });

  test("throws from PutRecord, which has no place for a failed record", () => {
    const { kinesis } = createFixture();
    for (let call = 0; call < 1000; call += 1) kinesis.putRecord({ StreamName: "orders", ...entryOf("a") });
    expect(errorOf(() => kinesis.putRecord({ StreamName: "orders", ...entryOf("a") })).code).toBe(
      "ProvisionedThroughputExceededException",
    );
    expect(kinesis.stats("orders")).toMatchObject({ recordsIn: 1000, throttledRecords: 1 });
  });
});

describe("the limits of a request", () => {
  test("501 records, none, or no list are refused whole", () => {
    const { kinesis } = createFixture();
    const put = (count: number) =>
      errorOf(() =>
        kinesis.putRecords({ StreamName: "orders", Records: Array.from({ length: count }, () => entryOf("a")) }),
      );
    expect(put(501)).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value '[501 records]' at 'records' failed to satisfy constraint: Member must have length less than or equal to 500",
    });
    expect(put(0).code).toBe("ValidationException");
    expect(errorOf(() => kinesis.putRecords({ StreamName: "orders", Records: undefined })).message).toContain(
      "Value null at 'records' failed to satisfy constraint: Member must not be null",
    );
    expect(kinesis.stats("orders").recordsIn).toBe(0);
  });

  test("10 MiB of data and keys pass, one byte more does not", () => {
    const { kinesis } = createFixture({ shardCount: 20, maxRecordBytes: 10 * mib });
    const put = (lastBytes: number) => () =>
      kinesis.putRecords({
        StreamName: "orders",
        Records: [
          { PartitionKey: "k".repeat(10), Data: Buffer.alloc(5 * mib - 10) },
          { PartitionKey: "z", Data: Buffer.alloc(lastBytes) },
        ],
      });
    expect(errorOf(put(5 * mib))).toEqual({
      code: "InvalidArgumentException",
      message: "Records size exceeds 10 MB limit",
    });
    expect(errorOf(put(5 * mib - 1)).code).toBe("none");
  });

  test("a record over the stream's own maximum is refused, key bytes counted in UTF-8", () => {
    const { kinesis } = createFixture();
    const put = (PartitionKey: string, bytes: number) =>
      errorOf(() =>
        kinesis.putRecords({ StreamName: "orders", Records: [{ PartitionKey, Data: Buffer.alloc(bytes) }] }),
      ).code;
    expect(put("é", mib - 2)).toBe("none");
    const { kinesis: other } = createFixture();
    expect(
      errorOf(() =>
        other.putRecords({ StreamName: "orders", Records: [{ PartitionKey: "é", Data: Buffer.alloc(mib - 1) }] }),
      ),
    ).toEqual({
      code: "InvalidArgumentException",
      message: `Record size of ${mib + 1} bytes exceeds the maximum record size of ${mib} bytes of stream orders under account 000000000000.`,
    });
    other.updateMaxRecordSize({
      StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/orders",
      MaxRecordSizeInKiB: 2048,
    });
    expect(
      errorOf(() =>
        other.putRecords({ StreamName: "orders", Records: [{ PartitionKey: "é", Data: Buffer.alloc(mib - 1) }] }),
      ).code,
    ).toBe("none");
  });

  test("a partition key has 1 to 256 characters, of whatever width", () => {
    const { kinesis } = createFixture();
    const put = (key: string | undefined) =>
      errorOf(() =>
        kinesis.putRecords({ StreamName: "orders", Records: [{ PartitionKey: key, Data: Buffer.from("x") }] }),
      );
    expect(put("🛒".repeat(256)).code).toBe("none");
    expect(put("🛒".repeat(257)).code).toBe("ValidationException");
    expect(put("").message).toContain(
      "at 'records.1.member.partitionKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
    expect(put(undefined).message).toContain("Value null at 'records.1.member.partitionKey'");
  });

  test("every fault of a request is reported at once, at most ten", () => {
    const { kinesis } = createFixture();
    const { message } = errorOf(() =>
      kinesis.putRecords({
        StreamName: "orders",
        Records: Array.from({ length: 12 }, () => ({ PartitionKey: "", Data: undefined })),
      }),
    );
    expect(message).toMatch(/^24 validation errors detected: /);
    expect(message.match(/failed to satisfy/g)).toHaveLength(10);
  });

  test("empty data is a record like any other", () => {
    const { kinesis } = createFixture();
    expect(kinesis.putRecords({ StreamName: "orders", Records: [entryOf("a", "")] }).FailedRecordCount).toBe(0);
  });

  test("what was stored does not change when the producer uses its buffer again", () => {
    const { kinesis } = createFixture();
    const buffer = Buffer.from("before");
    kinesis.putRecords({ StreamName: "orders", Records: [{ PartitionKey: "a", Data: buffer }] });
    buffer.write("after!");
    expect(Buffer.from(kinesis.recordsOf("orders")[0]!.record.Data).toString()).toBe("before");
  });
});

describe("naming a stream", () => {
  const { kinesis } = createFixture();
  const put = (reference: { StreamName?: string; StreamARN?: string }) =>
    errorOf(() => kinesis.putRecords({ ...reference, Records: [entryOf("a")] }));

  test.each([
    ["its name", { StreamName: "orders" }, "none"],
    ["its ARN", { StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/orders" }, "none"],
    [
      "both, in agreement",
      { StreamName: "orders", StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/orders" },
      "none",
    ],
    [
      "both, in contradiction",
      { StreamName: "orders", StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/other" },
      "InvalidArgumentException",
    ],
    ["nothing", {}, "ValidationException"],
    ["a name nobody gave", { StreamName: "nobody" }, "ResourceNotFoundException"],
    [
      "an ARN of another region",
      { StreamARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/orders" },
      "ResourceNotFoundException",
    ],
    ["text that is no name", { StreamName: "no/name" }, "ValidationException"],
    ["text that is no ARN", { StreamARN: "orders" }, "ValidationException"],
  ])("by %s", (_, reference, code) => {
    expect(put(reference).code).toBe(code);
  });

  test("an unknown stream is named in the answer", () => {
    expect(put({ StreamName: "nobody" }).message).toBe("Stream nobody under account 000000000000 not found.");
  });
});

describe("an on-demand stream", () => {
  test("starts with four shards and grows to twice the load it has seen", async () => {
    const { clock, kinesis } = createFixture({ mode: "ON_DEMAND" });
    expect(kinesis.stats("orders").openShards).toBe(4);
    const keys = Array.from({ length: 500 }, (_, index) => entryOf(`k${index}`));
    // 3,500 records a second for a minute: 3.5 shards full, so 7 are wanted.
    for (let second = 0; second < 62; second += 1) {
      for (let call = 0; call < 7; call += 1) kinesis.putRecords({ StreamName: "orders", Records: keys });
      await clock.runFor(1000);
    }
    expect(kinesis.stats("orders").openShards).toBeGreaterThanOrEqual(7);
    expect(kinesis.stats("orders").openShards).toBeLessThanOrEqual(8);
  });

  test("cannot be split, merged or scaled by hand", () => {
    const { kinesis } = createFixture({ mode: "ON_DEMAND" });
    const message = "Request is invalid. Stream orders under account 000000000000 is in On-Demand mode.";
    const split = { StreamName: "orders", ShardToSplit: "shardId-000000000000", NewStartingHashKey: "10" };
    expect(errorOf(() => kinesis.splitShard(split))).toEqual({ code: "ValidationException", message });
    expect(
      errorOf(() =>
        kinesis.updateShardCount({ StreamName: "orders", TargetShardCount: 5, ScalingType: "UNIFORM_SCALING" }),
      ),
    ).toEqual({ code: "ValidationException", message });
  });
});

describe("memory", () => {
  test("a stream with a bound on its bytes drops its oldest records, counts them, and keeps the newest", () => {
    const clock = new VirtualClock();
    const kinesis = new Kinesis({ clock, maxRetainedBytesPerStream: 10_000 });
    kinesis.createStream({ streamName: "orders" });
    for (let index = 0; index < 200; index += 1) {
      kinesis.putRecords({ StreamName: "orders", Records: [entryOf("k", String(index).padStart(99, "0"))] });
    }
    const stats = kinesis.stats("orders");
    expect(stats).toMatchObject({ recordsIn: 200, retainedRecords: 100, retainedBytes: 10_000, evictedRecords: 100 });
    const records = kinesis.recordsOf("orders").map(({ record }) => Number(Buffer.from(record.Data).toString()));
    expect(records).toEqual(Array.from({ length: 100 }, (_, index) => index + 100));
  });
});
