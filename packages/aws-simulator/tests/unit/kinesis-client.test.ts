import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  ResourceNotFoundException,
  SubscribeToShardCommand,
} from "@aws-sdk/client-kinesis";
import { describe, expect, test } from "@jest/globals";
import { Faults, Kinesis, VirtualClock } from "../../src/index.ts";
import { createFixture, entryOf } from "../fixtures/kinesis-fixture.ts";

const putOne = () => new PutRecordsCommand({ StreamName: "orders", Records: [entryOf("a")] });

describe("the in-process client", () => {
  test("answers the SDK's commands with the SDK's outputs and their types", async () => {
    const { clock, kinesis } = createFixture({ shardCount: 2 });
    const client = kinesis.client();
    const put = await clock.run(client.send(putOne()));
    expect(put).toMatchObject({ FailedRecordCount: 0, $metadata: { httpStatusCode: 200, attempts: 1 } });
    const shardId: string | undefined = put.Records?.[0]?.ShardId;
    const { Shards } = await client.send(new ListShardsCommand({ StreamName: "orders" }));
    expect(Shards?.map((shard) => shard.ShardId)).toContain(shardId);
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName: "orders", ShardId: shardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records).toHaveLength(1);
    expect(Buffer.from(Records?.[0]?.Data ?? []).toString()).toBe("x");
    expect(Records?.[0]?.ApproximateArrivalTimestamp).toEqual(new Date(clock.now()));
  });

  test("rejects as the SDK does: by name, with fault, metadata, and the class of the error in instanceof", async () => {
    const { kinesis } = createFixture();
    const error: unknown = await kinesis
      .client()
      .send(new DescribeStreamSummaryCommand({ StreamName: "nobody" }))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: "ResourceNotFoundException",
      $fault: "client",
      $service: "Kinesis",
      $metadata: { httpStatusCode: 400, attempts: 1, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      message: "Stream nobody under account 000000000000 not found.",
    });
    expect(error).toBeInstanceOf(ResourceNotFoundException);
  });

  test("refuses members of the wrong type and operations it does not have, and stores nothing", async () => {
    const { kinesis } = createFixture();
    const client = kinesis.client();
    await expect(
      client.send(
        new PutRecordsCommand({
          StreamName: "orders",
          Records: [{ PartitionKey: 7 as never, Data: Buffer.from("x") }],
        }),
      ),
    ).rejects.toMatchObject({ name: "SerializationException" });
    await expect(
      client.send(new PutRecordCommand({ StreamName: "orders", PartitionKey: "a", Data: { not: "bytes" } as never })),
    ).rejects.toMatchObject({ name: "SerializationException" });
    await expect(
      client.send(
        new SubscribeToShardCommand({ ConsumerARN: "arn", ShardId: "0", StartingPosition: { Type: "LATEST" } }),
      ),
    ).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: "The simulator has no operation SubscribeToShard.",
    });
    expect(kinesis.stats("orders").recordsIn).toBe(0);
  });

  test("stores nothing in a dry run", async () => {
    const { kinesis } = createFixture();
    const { input } = putOne();
    await expect(kinesis.client().send(new PutRecordsCommand({ ...input, DryRun: true }))).rejects.toMatchObject({
      name: "DryRunOperationException",
    });
    expect(kinesis.stats("orders").recordsIn).toBe(0);
  });

  test("takes its time on the clock, half of it before the record is stored", async () => {
    const { clock, kinesis } = createFixture();
    const started = clock.now();
    const sent = kinesis.client({ latencyMs: { min: 100, max: 100 } }).send(putOne());
    await clock.runFor(49);
    expect(kinesis.stats("orders").recordsIn).toBe(0);
    await clock.runFor(1);
    expect(kinesis.stats("orders").recordsIn).toBe(1);
    await clock.run(sent);
    expect(clock.now() - started).toBe(100);
  });

  test("an abort rejects at once and calls nothing back, so the record may be stored all the same", async () => {
    for (const afterMs of [10, 60]) {
      const { clock, kinesis } = createFixture();
      const controller = new AbortController();
      const sent = kinesis
        .client({ latencyMs: { min: 100, max: 100 } })
        .send(putOne(), { abortSignal: controller.signal });
      const outcome = expect(sent).rejects.toMatchObject({ name: "AbortError" });
      await clock.runFor(afterMs);
      controller.abort();
      await outcome;
      await clock.runUntilIdle();
      // The request is on its way and cannot be called back: this is why an abort is ambiguous.
      expect(kinesis.stats("orders").recordsIn).toBe(1);
    }
    const { kinesis } = createFixture();
    const before = AbortSignal.abort();
    await expect(kinesis.client().send(putOne(), { abortSignal: before })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(kinesis.stats("orders").recordsIn).toBe(0);
  });

  test("a request timeout rejects like the SDK's handler and leaves no timer behind", async () => {
    const faults = new Faults({ seed: 1, rates: { slow: 1, slowMs: { min: 5000, max: 5000 } } });
    const { clock, kinesis } = createFixture({}, { faults });
    const client = kinesis.client({ requestTimeoutMs: 1000 });
    const error = clock.run(client.send(putOne()));
    await expect(error).rejects.toMatchObject({ name: "TimeoutError" });
    faults.set({});
    await clock.runUntilIdle();
    await clock.run(client.send(putOne()));
    expect(clock.pendingTimers).toBe(0);
  });

  test("fails once destroyed", async () => {
    const { kinesis } = createFixture();
    const client = kinesis.client();
    client.destroy();
    await expect(client.send(putOne())).rejects.toMatchObject({ code: "ERR_CLIENT_DESTROYED" });
  });

  test("runs at once on the system clock, where no latency is asked for", async () => {
    const kinesis = new Kinesis();
    kinesis.createStream({ streamName: "orders" });
    await expect(kinesis.client().send(putOne())).resolves.toMatchObject({ FailedRecordCount: 0 });
  });
});

test("a clock that never moves is no hindrance to calls without latency", async () => {
  const { kinesis } = createFixture({}, { clock: new VirtualClock() });
  await expect(kinesis.client().send(putOne())).resolves.toMatchObject({ FailedRecordCount: 0 });
});
