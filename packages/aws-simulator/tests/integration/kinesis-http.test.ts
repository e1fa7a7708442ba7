import { connect } from "node:net";
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  ResourceNotFoundException,
  waitUntilStreamExists,
} from "@aws-sdk/client-kinesis";
import { afterEach, describe, expect, test } from "@jest/globals";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import {
  failuresInPassing,
  Faults,
  Kinesis,
  type KinesisOptions,
  type KinesisServer,
  refusalsInPassing,
  startKinesisServer,
  systemClock,
} from "../../src/index.ts";
import { entryOf } from "../fixtures/kinesis-fixture.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(options: KinesisOptions = {}): Promise<{ kinesis: Kinesis; server: KinesisServer }> {
  const kinesis = new Kinesis(options);
  kinesis.createStream({ streamName: "orders", shardCount: 2 });
  const server = await startKinesisServer(kinesis);
  cleanups.push(() => server.close());
  return { kinesis, server };
}

function clientFor(server: KinesisServer, handler: "http1" | "default" = "http1"): KinesisClient {
  const client = new KinesisClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
    ...(handler === "http1" ? { requestHandler: new NodeHttpHandler() } : {}),
  });
  cleanups.push(() => client.destroy());
  return client;
}

describe.each(["http1", "default"] as const)("the unmodified SDK with its %s handler", (handler) => {
  test("writes and reads back records, bytes and times unchanged", async () => {
    const { server } = await serve();
    const client = clientFor(server, handler);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const before = Date.now();
    const { ShardId, SequenceNumber } = await client.send(
      new PutRecordCommand({ StreamName: "orders", PartitionKey: 'a "quoted" ключ 🛒', Data: bytes }),
    );
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName: "orders", ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    const { Records, MillisBehindLatest, NextShardIterator } = await client.send(
      new GetRecordsCommand({ ShardIterator }),
    );
    expect(Records).toHaveLength(1);
    const record = Records![0]!;
    expect(Buffer.compare(Buffer.from(record.Data!), bytes)).toBe(0);
    expect(record).toMatchObject({ SequenceNumber, PartitionKey: 'a "quoted" ключ 🛒' });
    expect(record.ApproximateArrivalTimestamp!.getTime()).toBeGreaterThanOrEqual(before);
    expect(MillisBehindLatest).toBe(0);
    expect(NextShardIterator).toBeDefined();
  });

  test("runs forty calls at once over few connections", async () => {
    const { kinesis, server } = await serve();
    const client = clientFor(server, handler);
    const put = new PutRecordsCommand({
      StreamName: "orders",
      Records: Array.from({ length: 20 }, (_, index) => entryOf(`k${index}`, "x".repeat(500))),
    });
    const results = await Promise.all(Array.from({ length: 40 }, () => client.send(put)));
    for (const result of results) expect(result.FailedRecordCount).toBe(0);
    expect(kinesis.stats("orders").recordsIn).toBe(800);
  });

  test("gets errors as its own classes, with a request id", async () => {
    const { server } = await serve();
    const client = clientFor(server, handler);
    const error = await client
      .send(new DescribeStreamSummaryCommand({ StreamName: "nobody" }))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toMatchObject({
      message: "Stream nobody under account 000000000000 not found.",
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });
});

describe("the front end", () => {
  test("speaks dates both ways and pages, as the SDK's waiters and paginators expect", async () => {
    const { server } = await serve({ statusDelayMs: 20 });
    const client = clientFor(server);
    await client.send(new CreateStreamCommand({ StreamName: "second", ShardCount: 3 }));
    await waitUntilStreamExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 10 }, { StreamName: "second" });
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName: "second" }));
    const created = StreamDescription?.StreamCreationTimestamp;
    expect(created).toBeInstanceOf(Date);
    const shards = await client.send(
      new ListShardsCommand({ StreamName: "second", StreamCreationTimestamp: created, MaxResults: 2 }),
    );
    expect(shards.Shards).toHaveLength(2);
    expect((await client.send(new ListShardsCommand({ NextToken: shards.NextToken }))).Shards).toHaveLength(1);
    expect((await client.send(new ListStreamsCommand({}))).StreamNames).toEqual(["orders", "second"]);
  });

  test("answers partial failures of a full shard", async () => {
    // Time stands still, so that no capacity comes back between calls, however slow the machine.
    const { server } = await serve({ clock: { ...systemClock, now: () => Date.UTC(2026, 0, 1) } });
    const client = clientFor(server);
    const put = new PutRecordsCommand({
      StreamName: "orders",
      Records: Array.from({ length: 500 }, () => entryOf("same key")),
    });
    const results = [await client.send(put), await client.send(put), await client.send(put)];
    const failed = results.reduce((sum, result) => sum + (result.FailedRecordCount ?? 0), 0);
    expect(failed).toBe(500);
    expect(results[2]?.Records?.at(-1)?.ErrorCode).toBe("ProvisionedThroughputExceededException");
  });

  test("breaks connections and fails calls where faults say so, before or after storing", async () => {
    const faults = new Faults({ seed: 1, rates: {} });
    const { kinesis, server } = await serve({ faults });
    const put = new PutRecordsCommand({ StreamName: "orders", Records: [entryOf("a")] });
    const code = "ServiceUnavailable" as const;
    const message = "Service is unavailable. Please try again.";
    // Within jest the SDK wraps errors of another realm, and only the message is left of them.
    const brokenConnection = { message: expect.stringContaining("socket hang up") };
    const anyError = { message: expect.any(String) };
    for (const [handler, fault, stored, expected] of [
      ["http1", { kind: "reset-before" }, 0, brokenConnection],
      ["http1", { kind: "reset-after" }, 1, brokenConnection],
      ["http1", { kind: "reject", code, message }, 1, { name: code, $fault: "server" }],
      ["http1", { kind: "fail-after", code, message }, 2, { name: code, $metadata: { httpStatusCode: 503 } }],
      ["default", { kind: "reset-before" }, 2, anyError],
      ["default", { kind: "reset-after" }, 3, anyError],
    ] as const) {
      faults.failNext("PutRecords", fault);
      await expect(clientFor(server, handler).send(put)).rejects.toMatchObject(expected);
      expect(kinesis.stats("orders").recordsIn).toBe(stored);
    }
    faults.failNext("PutRecords", { kind: "slow", delayBeforeMs: 5, delayAfterMs: 5 });
    await expect(clientFor(server).send(put)).resolves.toMatchObject({ FailedRecordCount: 0 });
  });

  test("answers in other words than its own throw the same from the SDK as from the client in process", async () => {
    const faults = new Faults({ seed: 1, rates: {} });
    const { kinesis, server } = await serve({ faults });
    const put = new PutRecordsCommand({ StreamName: "orders", Records: [entryOf("a")] });
    const summaryOf = async (sent: Promise<unknown>) => {
      const error = (await sent.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )) as Error & {
        readonly $metadata?: { readonly httpStatusCode?: number };
      };
      return { name: error.name, status: error.$metadata?.httpStatusCode };
    };
    let stored = 0;
    for (const answer of [...refusalsInPassing, ...failuresInPassing]) {
      for (const isCarriedOut of [false, true]) {
        faults.failNext("PutRecords", { kind: "answer", answer, isCarriedOut });
        const fromSdk = await summaryOf(clientFor(server).send(put));
        faults.failNext("PutRecords", { kind: "answer", answer, isCarriedOut });
        const inProcess = await summaryOf(kinesis.client().send(put));
        expect(inProcess).toEqual(fromSdk);
        expect(inProcess.status).toBe(answer.status);
        stored += isCarriedOut ? 2 : 0;
        expect(kinesis.stats("orders").recordsIn).toBe(stored);
      }
    }
  });

  test("an iterator that went stale comes back as the SDK's ExpiredIteratorException", async () => {
    let nowMs = Date.now();
    const clock = { now: () => nowMs, setTimeout: () => undefined, clearTimeout: () => undefined };
    const { server } = await serve({ clock });
    const client = clientFor(server);
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: "orders",
        ShardId: "shardId-000000000000",
        ShardIteratorType: "LATEST",
      }),
    );
    nowMs += 300_001;
    await expect(client.send(new GetRecordsCommand({ ShardIterator }))).rejects.toBeInstanceOf(
      ExpiredIteratorException,
    );
  });

  async function post(server: KinesisServer, body: string, headers: Record<string, string> = {}) {
    const response = await fetch(server.url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "Kinesis_20131202.PutRecord",
        authorization: "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c",
        ...headers,
      },
    });
    const text = await response.text();
    return { status: response.status, type: text === "" ? "" : (JSON.parse(text) as { __type: string }).__type };
  }

  test.each([
    ["JSON that is cut off", '{"StreamName":', "SerializationException"],
    ["an empty body", "", "SerializationException"],
    ["a list", "[]", "SerializationException"],
    ["null", "null", "SerializationException"],
    ["a number for a name", '{"StreamName":7}', "SerializationException"],
    ["base64 of a wrong length", '{"StreamName":"orders","PartitionKey":"a","Data":"abc"}', "SerializationException"],
    ["data that is no base64", '{"StreamName":"orders","PartitionKey":"a","Data":"a?=="}', "SerializationException"],
    ["no partition key", '{"StreamName":"orders","Data":"YQ=="}', "ValidationException"],
    ["an unknown stream", '{"StreamName":"nobody","PartitionKey":"a","Data":"YQ=="}', "ResourceNotFoundException"],
  ])("answers %s with status 400", async (_, body, type) => {
    const { server } = await serve();
    expect(await post(server, body)).toEqual({ status: 400, type });
  });

  test("answers unknown operations, requests without signature, and what is no request of the API", async () => {
    const { server } = await serve();
    expect(await post(server, "{}", { "x-amz-target": "Kinesis_20131202.Frobnicate" })).toEqual({
      status: 400,
      type: "UnknownOperationException",
    });
    expect(await post(server, "{}", { "x-amz-target": "Kinesis_20131202.constructor" })).toEqual({
      status: 400,
      type: "UnknownOperationException",
    });
    expect(await post(server, "{}", { authorization: "" })).toMatchObject({ status: 400 });
    const get = await fetch(server.url);
    expect([get.status, await get.text()]).toEqual([
      403,
      expect.stringContaining("Unable to determine service/operation name to be authorized"),
    ]);
  });

  test("refuses a body that no valid request can have, and goes on serving", async () => {
    const { server } = await serve();
    const huge = `{"StreamName":"orders","PartitionKey":"a","Data":"${"A".repeat(25 * 1024 * 1024)}"}`;
    expect((await post(server, huge)).status).toBe(413);
    await expect(clientFor(server).send(new ListStreamsCommand({}))).resolves.toBeDefined();
  });

  test("closes with connections open, also one that never said a word", async () => {
    const { server } = await serve();
    const idle = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    const closed = new Promise((resolve) => idle.once("close", resolve));
    const client = clientFor(server);
    await client.send(new ListStreamsCommand({}));
    await server.close();
    await closed;
    await expect(client.send(new ListStreamsCommand({}))).rejects.toThrow("ECONNREFUSED");
  });
});
