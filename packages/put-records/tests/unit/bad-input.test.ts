import { describe, expect, test } from "@jest/globals";
import { createPutRecords, type PutRecord, PutRecordsError, type PutRecordsOptions } from "../../src/index.ts";
import { record, setUp } from "../support/set-up.ts";

const data = Buffer.from("x");

describe("a record that cannot be sent fails alone, with a code and a message that says what was expected", () => {
  test.each<[string, unknown, string]>([
    ["no object", null, "Expected record 1 to be an object, got null."],
    ["a number", 7, "Expected record 1 to be an object, got number."],
    ["no partition key", { data }, "Expected `partitionKey` of record 1 to be a string, got undefined."],
    ["a numeric key", { data, partitionKey: 7 }, "Expected `partitionKey` of record 1 to be a string, got number."],
    [
      "an empty key",
      { data, partitionKey: "" },
      "Expected `partitionKey` of record 1 to have 1 to 256 characters, got 0.",
    ],
    [
      "a key of 257 characters",
      { data, partitionKey: "é".repeat(257) },
      "Expected `partitionKey` of record 1 to have 1 to 256 characters, got 257.",
    ],
    [
      "half a character as key",
      { data, partitionKey: "\ud83d" },
      "Expected `partitionKey` of record 1 to be well-formed Unicode.",
    ],
    ["no data", { partitionKey: "k" }, "Expected `data` of record 1 to be a Uint8Array, got undefined."],
    ["text as data", { partitionKey: "k", data: "x" }, "Expected `data` of record 1 to be a Uint8Array, got string."],
    [
      "an array as data",
      { partitionKey: "k", data: [1] },
      "Expected `data` of record 1 to be a Uint8Array, got array.",
    ],
    [
      "a hash key that is no number",
      { partitionKey: "k", data, explicitHashKey: "0x1" },
      'Expected `explicitHashKey` of record 1 to be a decimal string in [0, 2^128), got "0x1".',
    ],
    [
      "a hash key of 2^128",
      { partitionKey: "k", data, explicitHashKey: String(2n ** 128n) },
      `Expected \`explicitHashKey\` of record 1 to be a decimal string in [0, 2^128), got "${String(2n ** 128n)}".`,
    ],
    [
      "a hash key that is a number",
      { partitionKey: "k", data, explicitHashKey: 1 },
      "Expected `explicitHashKey` of record 1 to be a decimal string in [0, 2^128), got number.",
    ],
  ])("%s", async (_title, bad, message) => {
    const { client, clock, kinesis } = setUp();
    const deliveries = await clock.run(client.put([record(0), bad as PutRecord, record(2)]));
    expect(deliveries.map((delivery) => delivery.status)).toEqual(["delivered", "failed", "delivered"]);
    expect(deliveries[1]).toMatchObject({ reason: "rejected", attempts: 0, isAmbiguous: false });
    expect(deliveries[1]).toMatchObject({ error: { code: "PUT_RECORDS_INVALID_RECORD", message } });
    expect(kinesis.stored).toHaveLength(2);
  });
});

describe("a record at the limits is fine", () => {
  test.each<[string, PutRecord]>([
    ["empty data", { partitionKey: "k", data: new Uint8Array() }],
    ["256 characters outside the basic plane", { partitionKey: "🦀".repeat(256), data }],
    ["the largest hash key", { partitionKey: "k", data, explicitHashKey: String(2n ** 128n - 1n) }],
    ["1 MiB with its key", { partitionKey: "é", data: Buffer.alloc(1024 * 1024 - 2) }],
  ])("%s", async (_title, good) => {
    const { client, clock, kinesis } = setUp({ shards: 3 });
    const [delivery] = await clock.run(client.put([good]));
    expect(delivery).toMatchObject({
      status: "delivered",
      shardId: kinesis.shardOf({ PartitionKey: good.partitionKey, ExplicitHashKey: good.explicitHashKey }),
    });
  });
});

describe("an oversized record", () => {
  const tooLarge = { partitionKey: "é", data: Buffer.alloc(1024 * 1024 - 1) };

  test("fails alone and says by how much, after the stream was asked for its own maximum", async () => {
    const { client, clock, kinesis } = setUp();
    const deliveries = await clock.run(client.put([record(0), tooLarge, tooLarge]));
    expect(deliveries.map((delivery) => delivery.status)).toEqual(["delivered", "failed", "failed"]);
    expect(deliveries[1]).toMatchObject({
      reason: "oversized",
      attempts: 0,
      isAmbiguous: false,
      error: {
        code: "PUT_RECORDS_OVERSIZED",
        message: expect.stringContaining("Record 1 has 1048577 bytes with its partition key; stream s takes 1048576."),
      },
    });
    expect(kinesis.summaries).toBe(1);
    await clock.run(client.put([tooLarge]));
    expect(kinesis.summaries).toBe(1);
  });

  test("is stored where the stream's maximum was raised", async () => {
    const { client, clock } = setUp({ maxRecordBytes: 2 * 1024 * 1024 });
    expect(await clock.run(client.put([tooLarge]))).toMatchObject([{ status: "delivered" }]);
  });

  test("is judged by maxRecordBytes without a question where that is given", async () => {
    const { client, clock, kinesis } = setUp({}, { maxRecordBytes: 1000 });
    const big = { partitionKey: "k", data: Buffer.alloc(1000) };
    expect(await clock.run(client.put([big]))).toMatchObject([{ status: "failed", reason: "oversized" }]);
    expect(kinesis.summaries).toBe(0);
  });

  test("above 10 MiB fails without a question: no stream takes it", async () => {
    const { client, clock, kinesis } = setUp();
    const huge = { partitionKey: "k", data: Buffer.alloc(10 * 1024 * 1024) };
    expect(await clock.run(client.put([huge]))).toMatchObject([{ status: "failed", reason: "oversized" }]);
    expect(kinesis.summaries).toBe(0);
  });
});

describe("one record that Kinesis refuses does not spoil the others of its request", () => {
  const refuseRequestsWith = (bad: string) => ({
    request: (_index: number, sent: readonly { PartitionKey?: string | undefined }[]) =>
      sent.some((one) => one.PartitionKey === bad) ? { before: { status: 400, name: "InvalidArgumentException" } } : {},
  });

  test("it is found by halving", async () => {
    const { client, clock, kinesis } = setUp(refuseRequestsWith("key-321"));
    const deliveries = await clock.run(client.put(Array.from({ length: 500 }, (_, i) => record(i))));
    expect(deliveries.filter((delivery) => delivery.status === "delivered")).toHaveLength(499);
    expect(deliveries[321]).toMatchObject({
      reason: "rejected",
      isAmbiguous: false,
      error: { code: "PUT_RECORDS_REFUSED" },
    });
    // Its halves down to itself, and itself once more, so that no passing refusal condemns it.
    expect(kinesis.requests.length).toBeLessThanOrEqual(2 * 9 + 2);
    expect(kinesis.stored).toHaveLength(499);
  });

  test("but a stream that refuses everything is not asked about every single record", async () => {
    const { client, clock, kinesis } = setUp({
      request: () => ({ before: { status: 400, name: "InvalidArgumentException" } }),
    });
    const deliveries = await clock.run(client.put(Array.from({ length: 2000 }, (_, i) => record(i))));
    expect(deliveries).toMatchObject(Array(2000).fill({ status: "failed", reason: "rejected" }));
    expect(kinesis.requests.length).toBeLessThan(100);
  });
});

describe("what fails every record of a call", () => {
  test.each<[string, { status: number; name: string }, string]>([
    ["an unknown stream", { status: 400, name: "ResourceNotFoundException" }, "PUT_RECORDS_STREAM_NOT_FOUND"],
    ["expired credentials", { status: 400, name: "ExpiredTokenException" }, "PUT_RECORDS_CREDENTIALS"],
    ["no permission", { status: 400, name: "AccessDeniedException" }, "PUT_RECORDS_CREDENTIALS"],
    ["a disabled key", { status: 400, name: "KMSDisabledException" }, "PUT_RECORDS_STREAM_KEY"],
  ])("%s is not tried again and has a code of its own", async (_title, fate, code) => {
    const { client, clock, kinesis } = setUp({ request: () => ({ before: fate }) });
    const deliveries = await clock.run(client.put([record(0), record(1)]));
    expect(deliveries).toMatchObject(
      Array(2).fill({ status: "failed", reason: "rejected", attempts: 1, isAmbiguous: false, error: { code } }),
    );
    expect(kinesis.requests).toHaveLength(1);
    expect((deliveries[0] as unknown as { error: Error }).error.cause).toMatchObject({ name: fate.name });
  });
});

describe("a caller that changes its array after put", () => {
  test.each<[string, (array: PutRecord[]) => void]>([
    ["empties it", (array) => array.splice(0)],
    ["fills it on", (array) => array.push(record(3), record(4))],
    ["puts other records into it", (array) => array.fill(record(5))],
  ])("%s: what it had then is sent, once, and nothing else", async (_title, change) => {
    const { client, clock, kinesis } = setUp();
    const array = [record(0), record(1)];
    const put = client.put(array);
    change(array);
    expect(await clock.run(put)).toMatchObject([{ status: "delivered" }, { status: "delivered" }]);
    expect(kinesis.stored.map(({ partitionKey }) => partitionKey)).toEqual(["key-0", "key-1"]);
    await clock.run(client.close());
    expect(client.stats()).toMatchObject({ pendingRecords: 0, heldBytes: 0, delivered: 2 });
  });
});

describe("wrong use throws an error with a code", () => {
  test("records that are no array", async () => {
    const { client } = setUp();
    await expect(client.put(record(1) as never)).rejects.toMatchObject({ code: "PUT_RECORDS_INVALID_RECORDS" });
  });

  test("a deadline that is no number", async () => {
    const { client } = setUp();
    await expect(client.put([record(1)], { deadline: "soon" as never })).rejects.toMatchObject({
      code: "PUT_RECORDS_INVALID_OPTION",
    });
  });

  test.each<[string, unknown, string]>([
    ["null", null, "Expected `options` to be an object, got null (object)."],
    ["a signal that is none", { signal: "now" }, "Expected `signal` to be an object, got now (string)."],
    [
      "a controller instead of its signal",
      { signal: new AbortController() },
      "Expected `signal` to be an object with `addEventListener`, `removeEventListener`, got [object AbortController] (object).",
    ],
    ["a word for onFull", { onFull: "drop" }, 'Expected `onFull` to be one of "wait", "refuse", got drop (string).'],
  ])("options of a call: %s", async (_title, options, message) => {
    const { client } = setUp();
    const error = { code: "PUT_RECORDS_INVALID_OPTION", message };
    await expect(client.put([record(1)], options as never)).rejects.toMatchObject(error);
    await expect(client.send(record(1), options as never)).rejects.toMatchObject(error);
    expect(client.stats().pendingRecords).toBe(0);
  });

  test("a closed client, for put and for send", async () => {
    const { client } = setUp();
    await client.close();
    await expect(client.put([record(1)])).rejects.toMatchObject({ code: "PUT_RECORDS_CLOSED" });
    await expect(client.send(record(1))).rejects.toMatchObject({ code: "PUT_RECORDS_CLOSED" });
  });

  test.each<[Partial<Record<keyof PutRecordsOptions, unknown>>, string]>([
    [
      { client: undefined },
      "Expected `client` to be a KinesisClient (an object with `send`), got undefined (undefined).",
    ],
    [{ streamName: undefined }, "Expected `streamName` or `streamArn` to be given, got neither."],
    [
      { streamName: "no spaces" },
      "Expected `streamName` to be 1 to 128 characters of a-z, A-Z, 0-9, _, - and ., got no spaces (string).",
    ],
    [
      { streamArn: "arn:aws:s3:::bucket" },
      "Expected `streamArn` to be arn:<partition>:kinesis:<region>:<account>:stream/<name>, got arn:aws:s3:::bucket (string).",
    ],
    [{ maxInFlightBytes: 0 }, "Expected `maxInFlightBytes` to be a number of at least 1, got 0 (number)."],
    [{ lingerMs: -1 }, "Expected `lingerMs` to be a number of at least 0, got -1 (number)."],
    [{ timeoutMs: "1s" }, "Expected `timeoutMs` to be a number of at least 1, got 1s (string)."],
    [
      { maxRecordBytes: 20_000_000 },
      "Expected `maxRecordBytes` to be a number between 1 and 10485760, got 20000000 (number).",
    ],
    [{ ordering: "strict" }, 'Expected `ordering` to be one of "none", "per-key", got strict (string).'],
    [{ hooks: 5 }, "Expected `hooks` to be an object, got 5 (number)."],
    [
      { clock: { now: Date.now } },
      "Expected `clock` to be an object with `now`, `setTimeout`, `clearTimeout`, got [object Object] (object).",
    ],
    [{ random: 0.5 }, "Expected `random` to be a function, got 0.5 (number)."],
    [{ onAmbiguous: "drop" }, 'Expected `onAmbiguous` to be one of "retry", "fail", got drop (string).'],
  ])("option %p", (options, message) => {
    const good = { client: { send: async () => ({}) }, streamName: "s" };
    const create = () => createPutRecords({ ...good, ...options } as PutRecordsOptions);
    expect(create).toThrow(PutRecordsError);
    expect(create).toThrow(expect.objectContaining({ code: "PUT_RECORDS_INVALID_OPTION", message }));
  });

  test.each([undefined, null])("no options: %p", (options) => {
    const create = () => createPutRecords(options as unknown as PutRecordsOptions);
    const message = `Expected \`options\` to be an object, got ${String(options)} (${typeof options}).`;
    expect(create).toThrow(expect.objectContaining({ code: "PUT_RECORDS_INVALID_OPTION", message }));
  });
});
