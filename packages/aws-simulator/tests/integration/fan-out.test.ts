import {
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListStreamConsumersCommand,
  RegisterStreamConsumerCommand,
  ResourceInUseException,
  type SubscribeToShardCommandInput,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from "@aws-sdk/client-kinesis";
import { afterEach, describe, expect, test } from "@jest/globals";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Kinesis, type KinesisServer, startKinesisServer, VirtualClock } from "../../src/index.ts";
import { entryOf } from "../fixtures/kinesis-fixture.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const shardId = "shardId-000000000000";
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(): Promise<{ kinesis: Kinesis; server: KinesisServer; streamArn: string }> {
  const kinesis = new Kinesis();
  const streamArn = kinesis.createStream({ streamName: "orders" });
  const server = await startKinesisServer(kinesis);
  cleanups.push(() => server.close());
  return { kinesis, server, streamArn };
}

function clientFor(server: KinesisServer, handler: "http1" | "default"): KinesisClient {
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

async function register(client: KinesisClient, streamArn: string, name = "reader"): Promise<string> {
  const { Consumer } = await client.send(
    new RegisterStreamConsumerCommand({ StreamARN: streamArn, ConsumerName: name }),
  );
  return Consumer?.ConsumerARN ?? "";
}

async function subscribe(
  client: KinesisClient,
  ConsumerARN: string,
  StartingPosition: SubscribeToShardCommandInput["StartingPosition"] = { Type: "TRIM_HORIZON" },
): Promise<AsyncIterable<SubscribeToShardEvent>> {
  const { EventStream } = await client.send(
    new SubscribeToShardCommand({ ConsumerARN, ShardId: shardId, StartingPosition }),
  );
  return events(EventStream ?? []);
}

async function* events(
  stream: AsyncIterable<{ readonly SubscribeToShardEvent?: SubscribeToShardEvent | undefined }> | never[],
): AsyncGenerator<SubscribeToShardEvent> {
  for await (const { SubscribeToShardEvent: event } of stream) if (event !== undefined) yield event;
}

/** Texts of the records, until there are `count`. */
async function takeTexts(stream: AsyncIterable<SubscribeToShardEvent>, count: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const { Records } of stream) {
    texts.push(...(Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString("utf8")));
    if (texts.length >= count) break;
  }
  return texts;
}

function put(kinesis: Kinesis, ...texts: string[]): void {
  kinesis.putRecords({ StreamName: "orders", Records: texts.map((text) => entryOf(text, text)) });
}

describe.each(["http1", "default"] as const)("the unmodified SDK with its %s handler", (handler) => {
  test("is pushed what is stored and what arrives later, in order", async () => {
    const { kinesis, server, streamArn } = await serve();
    const client = clientFor(server, handler);
    put(kinesis, "a", "b");
    const stream = await subscribe(client, await register(client, streamArn));
    const reading = takeTexts(stream, 4);
    put(kinesis, "c", "ü");
    expect(await reading).toEqual(["a", "b", "c", "ü"]);
  });

  test("is told the children at the end of a closed shard, and the stream ends", async () => {
    const { kinesis, server, streamArn } = await serve();
    const client = clientFor(server, handler);
    put(kinesis, "a");
    kinesis.splitShard({ StreamName: "orders", ShardToSplit: shardId, NewStartingHashKey: (1n << 127n).toString() });
    const seen: SubscribeToShardEvent[] = [];
    for await (const event of await subscribe(client, await register(client, streamArn))) seen.push(event);
    const last = seen.at(-1);
    expect(last?.ContinuationSequenceNumber).toBeUndefined();
    expect(last?.ChildShards?.map((child) => child.ShardId)).toEqual(["shardId-000000000001", "shardId-000000000002"]);
  });
});

test("a continuation number goes on behind what was read", async () => {
  const { kinesis, server, streamArn } = await serve();
  const client = clientFor(server, "http1");
  const consumer = await register(client, streamArn);
  const first = await subscribe(client, consumer, { Type: "LATEST" });
  let continuation: string | undefined;
  put(kinesis, "a", "b");
  for await (const event of first) {
    continuation = event.ContinuationSequenceNumber;
    if (event.Records?.length !== 0) break;
  }
  put(kinesis, "c");
  const other = await register(client, streamArn, "other");
  const second = await subscribe(client, other, { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: continuation });
  expect(await takeTexts(second, 1)).toEqual(["c"]);
});

test("a second subscription within five seconds is refused, a later one takes over", async () => {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  const streamArn = kinesis.createStream({ streamName: "orders" });
  const { Consumer } = kinesis.registerStreamConsumer({ StreamARN: streamArn, ConsumerName: "reader" });
  const request = {
    ConsumerARN: Consumer.ConsumerARN,
    ShardId: shardId,
    StartingPosition: { Type: "TRIM_HORIZON" },
  } as const;
  const first = kinesis.subscribeToShard(request);
  expect(() => kinesis.subscribeToShard(request)).toThrow("Another active subscription exists");
  await clock.runFor(5_000);
  kinesis.subscribeToShard(request);
  expect(first.next(clock.now())).toMatchObject({ kind: "error", error: { code: "ResourceInUseException" } });
});

test("a subscription pushes two mebibytes a second, says where it stands when idle, and ends after five minutes", async () => {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  const streamArn = kinesis.createStream({ streamName: "orders" });
  const { Consumer } = kinesis.registerStreamConsumer({ StreamARN: streamArn, ConsumerName: "reader" });
  const chunk = "x".repeat(500_000);
  for (let second = 0; second < 4; second += 1) {
    kinesis.putRecords({ StreamName: "orders", Records: [entryOf("k", chunk), entryOf("k", chunk)] });
    await clock.runFor(1_000);
  }
  const subscription = kinesis.subscribeToShard({
    ConsumerARN: Consumer.ConsumerARN,
    ShardId: shardId,
    StartingPosition: { Type: "TRIM_HORIZON" },
  });
  const startedMs = clock.now();
  let bytes = 0;
  const pushedWithin = async (ms: number) => {
    const before = bytes;
    const endMs = clock.now() + ms;
    while (clock.now() < endMs) {
      await clock.runFor(50);
      const step = subscription.next(clock.now());
      if (step?.kind === "event") bytes += step.event.Records.reduce((sum, { Data }) => sum + Data.byteLength, 0);
    }
    return bytes - before;
  };
  expect(await pushedWithin(200)).toBeLessThan(3_200_000);
  await pushedWithin(4_000);
  expect(bytes).toBe(4_000_000);
  await clock.runFor(5_000);
  expect(subscription.next(clock.now())).toMatchObject({ event: { Records: [], MillisBehindLatest: 0 } });
  await clock.runFor(startedMs + 300_000 - clock.now());
  expect(subscription.next(clock.now())).toEqual({ kind: "end" });
});

test("consumers are registered, listed, counted and deregistered, and one name is one consumer", async () => {
  const { server, streamArn } = await serve();
  const client = clientFor(server, "http1");
  const arn = await register(client, streamArn);
  await expect(register(client, streamArn)).rejects.toBeInstanceOf(ResourceInUseException);
  const described = await client.send(new DescribeStreamConsumerCommand({ ConsumerARN: arn }));
  expect(described.ConsumerDescription).toMatchObject({ ConsumerStatus: "ACTIVE", StreamARN: streamArn });
  const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: "orders" }));
  expect(StreamDescriptionSummary?.ConsumerCount).toBe(1);
  await client.send(new DeregisterStreamConsumerCommand({ ConsumerName: "reader", StreamARN: streamArn }));
  const { Consumers } = await client.send(new ListStreamConsumersCommand({ StreamARN: streamArn }));
  expect(Consumers).toEqual([]);
});
