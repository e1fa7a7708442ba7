import { describe, expect, test } from "@jest/globals";
import { Kinesis, VirtualClock } from "../../src/index.ts";
import { createFixture, entryOf, errorOf, iteratorAt } from "../fixtures/kinesis-fixture.ts";

const arn = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";

describe("the life of a stream", () => {
  test("goes through CREATING, ACTIVE, UPDATING and DELETING, each with its own refusals", async () => {
    const clock = new VirtualClock();
    const kinesis = new Kinesis({ clock, statusDelayMs: 500 });
    const status = () => kinesis.describeStreamSummary({ StreamName: "orders" }).StreamDescriptionSummary.StreamStatus;
    const put = () => errorOf(() => kinesis.putRecord({ StreamName: "orders", ...entryOf("a") })).code;

    kinesis.requestStream({ StreamName: "orders", ShardCount: 2 });
    expect([status(), put()]).toEqual(["CREATING", "ResourceNotFoundException"]);
    expect(kinesis.describeStream({ StreamName: "orders" }).StreamDescription.Shards).toEqual([]);
    expect(errorOf(() => kinesis.listShards({ StreamName: "orders" }))).toEqual({
      code: "ResourceInUseException",
      message: "Stream orders under account 000000000000 not ACTIVE, instead in state CREATING",
    });
    await clock.runFor(500);
    expect([status(), put()]).toEqual(["ACTIVE", "none"]);

    kinesis.updateShardCount({ StreamName: "orders", TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" });
    expect([status(), put(), kinesis.stats("orders").openShards]).toEqual(["UPDATING", "none", 2]);
    expect(
      errorOf(() => kinesis.mergeShards({ StreamName: "orders", ShardToMerge: "0", AdjacentShardToMerge: "1" })).code,
    ).toBe("ResourceInUseException");
    await clock.runFor(500);
    expect([status(), kinesis.stats("orders").openShards]).toEqual(["ACTIVE", 4]);

    kinesis.deleteStream({ StreamName: "orders" });
    expect([status(), put()]).toEqual(["DELETING", "ResourceNotFoundException"]);
    expect(errorOf(() => kinesis.requestStream({ StreamName: "orders", ShardCount: 1 })).code).toBe(
      "ResourceInUseException",
    );
    await clock.runFor(500);
    expect(errorOf(status)).toEqual({
      code: "ResourceNotFoundException",
      message: "Stream orders under account 000000000000 not found.",
    });
    expect(errorOf(() => kinesis.requestStream({ StreamName: "orders", ShardCount: 1 })).code).toBe("none");
  });

  test("begins with a request that is checked like every other", () => {
    const kinesis = new Kinesis({ clock: new VirtualClock(), shardLimit: 10, limitsControlPlane: false });
    const create = (input: object) => errorOf(() => kinesis.requestStream({ StreamName: "orders", ...input }));
    expect(create({}).code).toBe("ValidationException");
    expect(create({ ShardCount: 0 }).code).toBe("ValidationException");
    expect(create({ ShardCount: 1, StreamName: "no spaces" }).message).toContain(
      "Value 'no spaces' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    );
    expect(create({ ShardCount: 1, StreamName: "x".repeat(129) }).code).toBe("ValidationException");
    expect(create({ StreamModeDetails: { StreamMode: "ON_DEMAND" }, ShardCount: 1 }).code).toBe("ValidationException");
    expect(create({ StreamModeDetails: { StreamMode: "SOMEHOW" } }).code).toBe("ValidationException");
    expect(create({ ShardCount: 1, MaxRecordSizeInKiB: 512 }).code).toBe("ValidationException");
    expect(create({ ShardCount: 11 }).message).toContain("would exceed the shard limit for the account 000000000000");
    expect(create({ ShardCount: 10 }).code).toBe("none");
    expect(create({ ShardCount: 1 }).message).toBe("Stream orders under account 000000000000 already exists.");
    expect(create({ ShardCount: 1, StreamName: "second" }).code).toBe("LimitExceededException");
  });
});

describe("describing", () => {
  test("tells settings, status and shards, in pages of 100", () => {
    const { kinesis } = createFixture({ shardCount: 130, retentionHours: 48, maxRecordBytes: 2 * 1024 * 1024 });
    const { StreamDescription: first } = kinesis.describeStream({ StreamName: "orders" });
    expect(first).toMatchObject({
      StreamName: "orders",
      StreamARN: arn,
      StreamStatus: "ACTIVE",
      StreamModeDetails: { StreamMode: "PROVISIONED" },
      RetentionPeriodHours: 48,
      HasMoreShards: true,
    });
    expect(first.Shards).toHaveLength(100);
    const { StreamDescription: rest } = kinesis.describeStream({
      StreamName: "orders",
      ExclusiveStartShardId: first.Shards.at(-1)!.ShardId,
    });
    expect([rest.Shards.length, rest.HasMoreShards]).toEqual([30, false]);
    expect(kinesis.describeStreamSummary({ StreamName: "orders" }).StreamDescriptionSummary).toMatchObject({
      OpenShardCount: 130,
      MaxRecordSizeInKiB: 2048,
      ConsumerCount: 0,
    });
    expect(kinesis.describeLimits()).toMatchObject({ OpenShardCount: 130, OnDemandStreamCount: 0 });
  });

  test("lists streams by name, in pages", () => {
    const { kinesis } = createFixture();
    for (const streamName of ["b", "a", "c"]) kinesis.createStream({ streamName });
    const first = kinesis.listStreams({ Limit: 2 });
    expect(first).toMatchObject({ StreamNames: ["a", "b"], HasMoreStreams: true });
    expect(kinesis.listStreams({ NextToken: first.NextToken })).toMatchObject({
      StreamNames: ["c", "orders"],
      HasMoreStreams: false,
    });
    expect(kinesis.listStreams({ ExclusiveStartStreamName: "b" }).StreamSummaries[1]?.StreamARN).toBe(arn);
  });

  test("is limited in calls a second, so that a consumer that polls it is found out", async () => {
    const { clock, kinesis } = createFixture({}, { limitsControlPlane: true });
    for (let call = 0; call < 10; call += 1) kinesis.describeStream({ StreamName: "orders" });
    expect(errorOf(() => kinesis.describeStream({ StreamName: "orders" })).code).toBe("LimitExceededException");
    await clock.runFor(100);
    expect(errorOf(() => kinesis.describeStream({ StreamName: "orders" })).code).toBe("none");
    for (let call = 0; call < 1000; call += 1) kinesis.listShards({ StreamName: "orders" });
    expect(errorOf(() => kinesis.listShards({ StreamName: "orders" }))).toEqual({
      code: "LimitExceededException",
      message: "Rate exceeded for stream orders under account 000000000000.",
    });
  });
});

describe("changing a stream", () => {
  test("switches between provisioned and on-demand twice a day, keeping its shards", async () => {
    const { clock, kinesis } = createFixture({ shardCount: 3 });
    const to = (StreamMode: "ON_DEMAND" | "PROVISIONED") =>
      errorOf(() => kinesis.updateStreamMode({ StreamARN: arn, StreamModeDetails: { StreamMode } })).code;
    expect([to("ON_DEMAND"), to("PROVISIONED"), to("ON_DEMAND")]).toEqual(["none", "none", "LimitExceededException"]);
    expect(kinesis.stats("orders").openShards).toBe(3);
    await clock.runFor(24 * 3_600_000);
    expect(to("ON_DEMAND")).toBe("none");
  });

  test("takes larger records after UpdateMaxRecordSize, within 1 and 10 MiB", () => {
    const { kinesis } = createFixture();
    const update = (MaxRecordSizeInKiB: number) =>
      errorOf(() => kinesis.updateMaxRecordSize({ StreamARN: arn, MaxRecordSizeInKiB })).code;
    expect([update(1023), update(10_241), update(10_240)]).toEqual([
      "ValidationException",
      "ValidationException",
      "none",
    ]);
    const large = { PartitionKey: "k", Data: Buffer.alloc(9 * 1024 * 1024) };
    expect(kinesis.putRecords({ StreamName: "orders", Records: [large] }).FailedRecordCount).toBe(1);
  });

  test("keeps tags, at most fifty", () => {
    const { kinesis } = createFixture();
    kinesis.addTagsToStream({ StreamName: "orders", Tags: { team: "search", stage: "dev" } });
    kinesis.addTagsToStream({ StreamName: "orders", Tags: { team: "fraud" } });
    kinesis.removeTagsFromStream({ StreamName: "orders", TagKeys: ["stage", "absent"] });
    expect(kinesis.listTagsForStream({ StreamName: "orders" })).toEqual({
      Tags: [{ Key: "team", Value: "fraud" }],
      HasMoreTags: false,
    });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`tag${index}`, ""]));
    expect(errorOf(() => kinesis.addTagsToStream({ StreamName: "orders", Tags: many })).code).toBe(
      "InvalidArgumentException",
    );
  });
});

describe("stats", () => {
  test("count what came in, went out, was refused and is kept", () => {
    const { kinesis } = createFixture();
    for (let call = 0; call < 3; call += 1) {
      kinesis.putRecords({ StreamName: "orders", Records: Array.from({ length: 400 }, () => entryOf("k")) });
    }
    const ShardIterator = iteratorAt(kinesis);
    for (let call = 0; call < 5; call += 1) kinesis.getRecords({ ShardIterator });
    expect(errorOf(() => kinesis.getRecords({ ShardIterator })).code).toBe("ProvisionedThroughputExceededException");
    expect(kinesis.stats("orders")).toEqual({
      streamName: "orders",
      openShards: 1,
      shards: 1,
      recordsIn: 1000,
      bytesIn: 2000,
      retainedRecords: 1000,
      retainedBytes: 2000,
      recordsOut: 5000,
      throttledRecords: 200,
      throttledReads: 1,
      reads: 5,
      iteratorAgeMs: 0,
      evictedRecords: 0,
    });
  });
});
