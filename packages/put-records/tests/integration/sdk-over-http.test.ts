import { afterEach, describe, expect, test } from "@jest/globals";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Kinesis, startKinesisServer, systemClock } from "@millrace/aws-simulator";
import {
  createKinesisClient,
  createPutRecords,
  type KinesisClientOptions,
  type PutRecordsOptions,
} from "../../src/index.ts";
import { type HttpFate, type HttpKinesis, startHttpKinesis } from "../support/http-kinesis.ts";
import { records } from "../support/set-up.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function setUp(
  fateOf?: (requestIndex: number) => HttpFate,
  options: Partial<PutRecordsOptions> = {},
  clientOptions: KinesisClientOptions = {},
) {
  const kinesis: HttpKinesis = await startHttpKinesis(fateOf);
  cleanUps.push(() => kinesis.close());
  const client = createKinesisClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    endpoint: kinesis.url,
    ...clientOptions,
  });
  cleanUps.push(() => client.destroy());
  return { kinesis, client, stream: createPutRecords({ client, streamName: "s", random: () => 0.1, ...options }) };
}

const sent = (count: number) => records(count).map((record) => Buffer.from(record.data).toString());

describe("the real SDK over a real connection", () => {
  test("carries every byte and keeps its connections", async () => {
    const { kinesis, stream } = await setUp(undefined, { maxConcurrentRequests: 3 });
    for (let i = 0; i < 5; i++) {
      const deliveries = await stream.put(records(3000));
      expect(deliveries.every((delivery) => delivery.status === "delivered" && !delivery.isAmbiguous)).toBe(true);
    }
    expect(kinesis.requests).toBe(30);
    expect(kinesis.connections).toBeLessThanOrEqual(3);
    expect([...kinesis.stored].sort()).toEqual(Array(5).fill(sent(3000)).flat().sort());
  });

  test.each<[HttpFate, number]>([
    ["500 before storing", 1],
    ["reset before storing", 1],
    ["503 after storing", 2],
    ["reset after storing", 2],
    ["not json", 2],
  ])("'%s' is one request, seen and marked, not hidden by the SDK", async (fate, copies) => {
    const { kinesis, stream } = await setUp((index) => (index === 0 ? fate : "answered"));
    const deliveries = await stream.put(records(3));
    expect(deliveries).toMatchObject(Array(3).fill({ status: "delivered", attempts: 2, isAmbiguous: true }));
    expect(kinesis.requests).toBe(2);
    expect(kinesis.stored).toHaveLength(3 * copies);
  });

  test("a request without answer ends after requestTimeoutMs of the stream", async () => {
    const { stream } = await setUp((index) => (index === 0 ? "hang after storing" : "answered"), {
      // Long enough for the second request to be answered on a busy machine.
      requestTimeoutMs: 1_000,
    });
    expect(await stream.put(records(1))).toMatchObject([{ status: "delivered", attempts: 2, isAmbiguous: true }]);
  });

  test("a request without answer ends after requestTimeoutMs of the client, for those who use it alone", async () => {
    const { stream } = await setUp(
      (index) => (index === 0 ? "hang after storing" : "answered"),
      {},
      { requestTimeoutMs: 50 },
    );
    expect(await stream.put(records(1))).toMatchObject([{ status: "delivered", attempts: 2, isAmbiguous: true }]);
  });

  test("a deadline ends a hanging request in time and leaves it unknown", async () => {
    const { kinesis, stream } = await setUp(() => "hang after storing");
    // Long enough for the request to arrive on a busy machine.
    const [delivery] = await stream.put(records(1), { deadline: Date.now() + 1000 });
    expect(delivery).toMatchObject({ status: "failed", reason: "unknown", isAmbiguous: true });
    expect(kinesis.stored).toHaveLength(1);
  });

  test.each([
    ["ResourceNotFoundException", "PUT_RECORDS_STREAM_NOT_FOUND"],
    ["ExpiredTokenException", "PUT_RECORDS_CREDENTIALS"],
    ["AccessDeniedException", "PUT_RECORDS_CREDENTIALS"],
  ])("%s ends at once with %s", async (refuse, code) => {
    const { kinesis, stream } = await setUp(() => ({ refuse }));
    expect(await stream.put(records(1))).toMatchObject([
      { status: "failed", reason: "rejected", isAmbiguous: false, error: { code } },
    ]);
    expect(kinesis.requests).toBe(1);
  });

  test("an SDK client with attempts of its own: what stored the records before the refusal is not forgotten", async () => {
    const kinesis = await startHttpKinesis((index) =>
      index === 0 ? "503 after storing" : { refuse: "ExpiredTokenException" },
    );
    cleanUps.push(() => kinesis.close());
    const client = new KinesisClient({
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      endpoint: kinesis.url,
      maxAttempts: 3,
      requestHandler: new NodeHttpHandler(),
    });
    cleanUps.push(() => client.destroy());
    const stream = createPutRecords({ client, streamName: "s" });
    expect(await stream.put(records(1))).toMatchObject([
      {
        status: "failed",
        reason: "rejected",
        attempts: 1,
        isAmbiguous: true,
        error: { code: "PUT_RECORDS_CREDENTIALS" },
      },
    ]);
    expect(kinesis.stored).toHaveLength(1);
    expect(stream.stats().ambiguous).toBe(1);
  });

  test("credentials that cannot be had are a clear error, not a retry", async () => {
    const { stream } = await setUp(
      undefined,
      {},
      {
        credentials: async () => {
          throw Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
        },
      },
    );
    expect(await stream.put(records(1))).toMatchObject([
      {
        status: "failed",
        reason: "rejected",
        attempts: 1,
        isAmbiguous: false,
        error: { code: "PUT_RECORDS_CREDENTIALS" },
      },
    ]);
  });
});

test("against the simulator's front end a burst over one shard is throttled, and still nothing is lost or doubled", async () => {
  // A quarter of real time, so that a slow machine cannot keep up with the capacity that comes back.
  const startMs = Date.now();
  const slowClock = { ...systemClock, now: () => startMs + (Date.now() - startMs) / 4 };
  const kinesis = new Kinesis({ clock: slowClock });
  kinesis.createStream({ streamName: "s", shardCount: 1 });
  const server = await startKinesisServer(kinesis);
  cleanUps.push(() => server.close());
  const client = createKinesisClient({
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    endpoint: server.url,
  });
  cleanUps.push(() => client.destroy());
  const stream = createPutRecords({ client, streamName: "s" });
  const deliveries = await stream.put(records(2000));
  expect(deliveries.every((delivery) => delivery.status === "delivered" && !delivery.isAmbiguous)).toBe(true);
  expect(stream.stats().throttled).toBeGreaterThan(0);
  expect(kinesis.stats("s").recordsIn).toBe(2000);
});
