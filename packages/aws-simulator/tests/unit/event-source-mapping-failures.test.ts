import { describe, expect, test } from "@jest/globals";
import {
  EventSourceMapping,
  type KinesisStreamEvent,
  MemoryObjectStore,
  TooManyRequestsError,
} from "../../src/index.ts";
import { bucket, createMappingFixture, series } from "../fixtures/mapping-fixture.ts";

const reporting = { functionResponseTypes: ["ReportBatchItemFailures"] };

/** Reports the given texts as failed. */
function failuresOf(event: KinesisStreamEvent, ...texts: readonly string[]) {
  const failed = event.Records.filter(({ kinesis }) => texts.includes(Buffer.from(kinesis.data, "base64").toString()));
  return { batchItemFailures: failed.map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })) };
}

describe("a function that fails", () => {
  test("is given the same batch again, after waits that double up to a minute", async () => {
    const { clock, mapping, put, invocations } = createMappingFixture({
      handler: () => {
        throw new Error("down");
      },
    });
    put("a:1", "a:2");
    await mapping.start();
    await clock.runFor(200_000);
    expect(invocations.map(({ atMs }) => atMs / 1_000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(invocations.every(({ texts }) => texts.join() === "a:1,a:2")).toBe(true);
  });

  test("blocks its shard by default until its records have expired, and no other shard", async () => {
    const { clock, mapping, put, invocations, failures } = createMappingFixture({
      shardCount: 2,
      batchSize: 1,
      // A day of virtual time is quicker so.
      pollIntervalMs: 60_000,
      handler: (texts) => {
        if (texts[0] === "a:1") throw new Error("poison");
      },
    });
    put("a:1", "a:2", ...series("b", 5), ...series("c", 5), ...series("d", 5), ...series("e", 5));
    await mapping.start();
    await clock.runFor(3_600_000);
    const blocked = invocations.find(({ texts }) => texts[0] === "a:1")?.shardId;
    const onBlocked = invocations.filter(({ shardId }) => shardId === blocked);
    const onOther = invocations.filter(({ shardId }) => shardId !== blocked);
    expect(new Set(onBlocked.map(({ texts }) => texts[0]))).toEqual(new Set(["a:1"]));
    expect(onOther.length).toBeGreaterThan(0);
    expect(mapping.stats().discardedRecords).toBe(0);
    const waiting = mapping.stats().bufferedRecords;
    await clock.runFor(23 * 3_600_000 + 60_000);
    expect(mapping.stats()).toMatchObject({ discardedRecords: waiting, bufferedRecords: 0 });
    expect(await failures()).toMatchObject(
      Array.from({ length: waiting }, () => ({ requestContext: { condition: "RecordAgeExceeded" } })),
    );
  });

  test("has as many retries as it may, then the batch is given up and the next one follows", async () => {
    const { clock, mapping, put, batches, failures } = createMappingFixture({
      batchSize: 2,
      maximumRetryAttempts: 2,
      handler: (texts) => {
        if (texts.includes("a:1")) throw new Error("poison");
      },
    });
    put(...series("a", 3));
    await mapping.start();
    await clock.runFor(60_000);
    expect(batches()).toEqual([["a:1", "a:2"], ["a:1", "a:2"], ["a:1", "a:2"], ["a:3"]]);
    expect(mapping.stats()).toMatchObject({
      invocations: 4,
      functionErrors: 3,
      retries: 2,
      discardedBatches: 1,
      discardedRecords: 2,
      recordsProcessed: 1,
      bufferedRecords: 0,
    });
    expect(await failures()).toHaveLength(1);
  });

  test("has no second try with no retries", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      maximumRetryAttempts: 0,
      handler: () => {
        throw new Error("no");
      },
    });
    put("a");
    await mapping.start();
    await clock.runFor(60_000);
    expect(batches()).toEqual([["a"]]);
    expect(mapping.stats().discardedRecords).toBe(1);
  });

  test("fails also by rejecting later, and by throwing what is not an error", async () => {
    const failures: unknown[] = [new Error("later"), "text"];
    const { clock, mapping, put, invocations } = createMappingFixture({
      handler: async () => {
        await clock.sleep(10);
        if (failures.length > 0) throw failures.shift() as Error;
      },
    });
    put("a");
    await mapping.start();
    await clock.runFor(10_000);
    expect(invocations).toHaveLength(3);
    expect(mapping.stats()).toMatchObject({ functionErrors: 2, recordsProcessed: 1 });
  });

  test("is not asked about item failures unless the mapping says so", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      handler: (_texts, event) => failuresOf(event, "a:2"),
    });
    put(...series("a", 3));
    await mapping.start();
    await clock.runFor(10_000);
    expect(batches()).toEqual([["a:1", "a:2", "a:3"]]);
  });

  test("is not used up when its concurrency is: throttles cost no retries", async () => {
    let throttles = 20;
    const { clock, mapping, put, invocations } = createMappingFixture({
      maximumRetryAttempts: 0,
      handler: () => {
        if (throttles-- > 0) throw new TooManyRequestsError("Rate Exceeded.");
      },
    });
    put("a");
    await mapping.start();
    await clock.runFor(1_200_000);
    expect(invocations).toHaveLength(21);
    expect(mapping.stats()).toMatchObject({ throttles: 20, invocations: 1, functionErrors: 0, recordsProcessed: 1 });
  });
});

describe("bisecting", () => {
  test("finds the one bad record, uses no retries for it, and keeps the order", async () => {
    const { clock, mapping, put, batches, failures } = createMappingFixture({
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 1,
      handler: (texts) => {
        if (texts.includes("a:6")) throw new Error("poison");
      },
    });
    put(...series("a", 8));
    await mapping.start();
    await clock.runFor(120_000);
    expect(batches()).toEqual([
      series("a", 8),
      ["a:1", "a:2", "a:3", "a:4"],
      ["a:5", "a:6", "a:7", "a:8"],
      ["a:5", "a:6"],
      ["a:5"],
      ["a:6"],
      ["a:6"],
      ["a:7", "a:8"],
    ]);
    expect(mapping.stats()).toMatchObject({ bisects: 3, discardedRecords: 1, recordsProcessed: 7 });
    expect(await failures()).toMatchObject([{ KinesisBatchInfo: { batchSize: 1 } }]);
  });

  test("gives the larger half of an odd batch first", async () => {
    const { clock, mapping, put, batches } = createMappingFixture({
      bisectBatchOnFunctionError: true,
      handler: (texts) => {
        if (texts.length === 5) throw new Error("too many");
      },
    });
    put(...series("a", 5));
    await mapping.start();
    await clock.runFor(10_000);
    expect(batches().slice(1)).toEqual([
      ["a:1", "a:2", "a:3"],
      ["a:4", "a:5"],
    ]);
  });

  test("splits at the returned number when the function reports one, and tries only the rest", async () => {
    let isFirst = true;
    const { clock, mapping, put, batches } = createMappingFixture({
      ...reporting,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 0,
      handler: (_texts, event) => {
        const response = isFirst ? failuresOf(event, "a:4") : undefined;
        isFirst = false;
        return response;
      },
    });
    put(...series("a", 5));
    await mapping.start();
    await clock.runFor(10_000);
    expect(batches()).toEqual([series("a", 5), ["a:4", "a:5"]]);
    expect(mapping.stats()).toMatchObject({ bisects: 1, discardedRecords: 0, recordsProcessed: 5 });
  });

  test("splits in the middle when the first record is reported, which is a complete failure", async () => {
    const { clock, mapping, put, batches, failures } = createMappingFixture({
      ...reporting,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 0,
      handler: (_texts, event) => failuresOf(event, "a:1"),
    });
    put(...series("a", 4));
    await mapping.start();
    await clock.runFor(60_000);
    expect(batches()).toEqual([series("a", 4), ["a:1", "a:2"], ["a:1"], ["a:2"], ["a:3", "a:4"]]);
    expect(await failures()).toMatchObject([{ KinesisBatchInfo: { batchSize: 1 } }]);
  });
});

describe("item failures", () => {
  test("bring back everything from the lowest one on, and nothing before it", async () => {
    let isFirst = true;
    const { clock, mapping, put, batches } = createMappingFixture({
      ...reporting,
      handler: (_texts, event) => {
        const response = isFirst ? failuresOf(event, "a:5", "a:3") : null;
        isFirst = false;
        return response;
      },
    });
    put(...series("a", 6));
    await mapping.start();
    await clock.runFor(10_000);
    expect(batches()).toEqual([series("a", 6), ["a:3", "a:4", "a:5", "a:6"]]);
    expect(mapping.stats()).toMatchObject({ itemFailures: 1, functionErrors: 0, recordsProcessed: 6 });
  });

  test("use up the retries of what is left, which is then given up as one batch", async () => {
    const { clock, mapping, put, batches, failures } = createMappingFixture({
      ...reporting,
      maximumRetryAttempts: 1,
      handler: (_texts, event) => failuresOf(event, "a:2"),
    });
    put(...series("a", 3));
    await mapping.start();
    await clock.runFor(60_000);
    expect(batches()).toEqual([series("a", 3), ["a:2", "a:3"]]);
    const [failure] = await failures();
    expect(failure).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 2 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST" },
      KinesisBatchInfo: { batchSize: 2 },
    });
    expect(failure).not.toHaveProperty("responseContext.functionError");
  });
});

describe("the age of records", () => {
  test("ends their retries, record by record", async () => {
    const { clock, mapping, put, invocations, failures } = createMappingFixture({
      maximumRecordAgeInSeconds: 60,
      handler: () => {
        throw new Error("down");
      },
    });
    put("old:1");
    await clock.runFor(30_000);
    put("young:1");
    await mapping.start();
    await clock.runFor(120_000);
    const lastWithOld = invocations.findLast(({ texts }) => texts.includes("old:1"));
    expect(lastWithOld?.atMs).toBeLessThan(60_000);
    expect(invocations.at(-1)).toMatchObject({ texts: ["young:1"] });
    expect(invocations.at(-1)?.atMs).toBeLessThan(90_000);
    expect(await failures()).toMatchObject([
      { requestContext: { condition: "RecordAgeExceeded" }, KinesisBatchInfo: { batchSize: 1 } },
      { requestContext: { condition: "RecordAgeExceeded" }, KinesisBatchInfo: { batchSize: 1 } },
    ]);
  });

  test("keeps what is too old from being invoked at all", async () => {
    const { clock, mapping, put, invocations, failures } = createMappingFixture({ maximumRecordAgeInSeconds: 60 });
    put("old");
    await clock.runFor(60_000);
    put("new");
    await mapping.start();
    await clock.runFor(2_000);
    expect(invocations.map(({ texts }) => texts)).toEqual([["new"]]);
    const [failure] = await failures();
    expect(failure).toMatchObject({ requestContext: { condition: "RecordAgeExceeded", approximateInvokeCount: 0 } });
    expect(failure).not.toHaveProperty("responseContext");
  });
});

describe("the on-failure record", () => {
  test("is the document AWS leaves in S3, with the whole event", async () => {
    let event: KinesisStreamEvent | undefined;
    let requestId = "";
    const fixture = createMappingFixture();
    const { clock, kinesis, streamArn, objectStore } = fixture;
    const mapping = new EventSourceMapping({
      kinesis,
      clock,
      streamArn,
      functionArn: "arn:aws:lambda:us-east-1:123456789012:function:router",
      uuid: "a1b2c3d4-0000-4000-8000-000000000000",
      maximumRetryAttempts: 1,
      onFailure: { objectStore, bucket },
      invoke: async (given, options) => {
        event = given;
        requestId = options.requestId ?? "";
        throw new Error("no");
      },
    });
    const [start] = fixture.put("a:1");
    await clock.runFor(1_500);
    const [end] = fixture.put("a:2");
    await mapping.start();
    await clock.runFor(10_000);
    expect(await fixture.failures()).toEqual([
      {
        requestContext: {
          requestId,
          functionArn: "arn:aws:lambda:us-east-1:123456789012:function:router",
          condition: "RetryAttemptsExhausted",
          approximateInvokeCount: 2,
        },
        responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
        version: "1.0",
        timestamp: "2026-01-01T00:00:02.500Z",
        KinesisBatchInfo: {
          shardId: "shardId-000000000000",
          startSequenceNumber: start,
          endSequenceNumber: end,
          approximateArrivalOfFirstRecord: "2026-01-01T00:00:00.000Z",
          approximateArrivalOfLastRecord: "2026-01-01T00:00:01.500Z",
          batchSize: 2,
          streamArn,
        },
        payload: JSON.stringify(event),
      },
    ]);
    const [object] = await objectStore.list(bucket);
    expect(object?.key).toMatch(
      /^aws\/lambda\/a1b2c3d4-0000-4000-8000-000000000000\/shardId-000000000000\/2026\/01\/01\/2026-01-01T00\.00\.02-[0-9a-f-]{36}$/,
    );
  });

  test("that the destination refuses is counted, and the shard goes on", async () => {
    class BrokenStore extends MemoryObjectStore {
      override put(): Promise<never> {
        return Promise.reject(new Error("access denied"));
      }
    }
    const errors: unknown[] = [];
    const { clock, mapping, put, batches } = createMappingFixture({
      batchSize: 1,
      maximumRetryAttempts: 0,
      onFailure: { objectStore: new BrokenStore(), bucket },
      onError: (error) => errors.push(error),
      handler: (texts) => {
        if (texts[0] === "a:1") throw new Error("poison");
      },
    });
    put("a:1", "a:2");
    await mapping.start();
    await clock.runFor(5_000);
    expect(batches()).toEqual([["a:1"], ["a:2"]]);
    expect(mapping.stats()).toMatchObject({ destinationFailures: 1, discardedRecords: 1 });
    expect(errors).toHaveLength(1);
  });
});
