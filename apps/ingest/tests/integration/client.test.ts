import { afterEach, describe, expect, test } from "@jest/globals";
import { Faults, Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { type Client, type ClientOptions, createClient, type Drop } from "@millrace/client";
import { decodeRecord } from "@millrace/event-contracts";
import { createKinesisClient, createPutRecords, systemClock } from "@millrace/put-records";
import { DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_EVENT_BYTES, DEFAULT_MAX_EVENTS_PER_REQUEST } from "../../src/limits.ts";
import { startFaultProxy } from "../support/sdks/fault-proxy.ts";
import { meteredKey, shopKey, startTestService, type TestServiceOptions } from "../support/test-service.ts";
import { until } from "../support/until.ts";

const source = "https://shop.example/web";
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A client with short delays, and what it tells. */
function startClient(url: string, options: Partial<ClientOptions> = {}) {
  const accepted: string[] = [];
  const drops: Drop[] = [];
  const client: Client = createClient({
    url,
    writeKey: shopKey,
    source,
    lingerMs: 5,
    random: () => 0.02,
    onAccept: ({ id }) => accepted.push(id),
    onDrop: (drop) => drops.push(drop),
    ...options,
  });
  closing.push(() => client.close({ timeoutMs: 0 }));
  return { client, accepted, drops };
}

async function startService(options: TestServiceOptions = {}) {
  const service = await startTestService(options);
  closing.push(() => service.close());
  return service;
}

describe("@millrace/client", () => {
  test("keeps to the limits of the service", () => {
    const options = { url: "http://localhost", writeKey: "k", source };
    const create = (name: keyof ClientOptions, value: number) => () => createClient({ ...options, [name]: value });
    expect(create("maxBatchEvents", DEFAULT_MAX_EVENTS_PER_REQUEST)).not.toThrow();
    expect(create("maxBatchEvents", DEFAULT_MAX_EVENTS_PER_REQUEST + 1)).toThrow();
    expect(create("maxBatchBytes", DEFAULT_MAX_BODY_BYTES)).not.toThrow();
    expect(create("maxBatchBytes", DEFAULT_MAX_BODY_BYTES + 1)).toThrow();
    expect(create("maxQueueBytes", DEFAULT_MAX_EVENT_BYTES)).not.toThrow();
    expect(create("maxQueueBytes", DEFAULT_MAX_EVENT_BYTES - 1)).toThrow();
  });

  test("brings events as they were made, in compressed batches", async () => {
    const service = await startService();
    const { client, accepted } = startClient(service.url);
    const ids = Array.from({ length: 1_200 }, (_, rank) => client.send("search.click", { rank }, { subject: "v" }));
    expect(await client.flush()).toBe(true);
    expect(new Set(accepted)).toEqual(new Set(ids));
    expect(service.stream.events.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(service.stream.events[0]).toMatchObject({ type: "search.click", source, subject: "v", tenantid: "shop" });
  });

  test("sends an answer's loss again with the same ids", async () => {
    const service = await startService();
    const proxy = await startFaultProxy(service.url);
    closing.push(() => proxy.close());
    const { client, accepted, drops } = startClient(proxy.url);
    const ids = [client.send("a.b", 1), client.send("a.b", 2)];
    expect(await client.flush()).toBe(true);
    expect([accepted, drops]).toEqual([ids, []]);
    expect(service.stream.events.map(({ id }) => id)).toEqual([...ids, ...ids]);
  });

  test("tells what the service refuses, one by one, and brings the others", async () => {
    const service = await startService();
    const { client, accepted, drops } = startClient(service.url);
    const good = client.send("a.b", 1);
    client.send("a.b", 1, { source: "https://rival.example" });
    client.send("a.b", 1, { receivedat: "now" });
    client.send("", 1);
    client.send("a.b", "x".repeat(261_900));
    client.send("a.b", JSON.parse(`${"[".repeat(1_000)}${"]".repeat(1_000)}`));
    const last = client.send("a.b", 1);
    expect(await client.flush()).toBe(true);
    expect([...accepted].sort()).toEqual([good, last].sort());
    expect(drops.map(({ reason, code }) => `${reason} ${code ?? ""}`).sort()).toEqual([
      "refused event-too-deep",
      "refused event-too-large",
      "refused invalid-attribute-value",
      "refused reserved-attribute",
      "refused source-not-allowed",
    ]);
  });

  test("tells that its key is not known", async () => {
    const service = await startService();
    const { client, drops } = startClient(service.url, { writeKey: "nobody" });
    client.send("a.b", 1);
    expect(await client.flush()).toBe(true);
    expect(drops).toMatchObject([{ reason: "refused", code: "unknown-write-key" }]);
  });

  test("waits when its quota is used up, as long as the service says", async () => {
    const service = await startService();
    const delays: number[] = [];
    const { client, accepted, drops } = startClient(service.url, {
      writeKey: meteredKey,
      maxBatchEvents: 1,
      maxConcurrentRequests: 1,
      onRetry: ({ code, delayMs }) => delays.push(code === "quota-exceeded" ? delayMs : Number.NaN),
    });
    const [first, second] = [client.send("a.b", 1), client.send("a.b", 2)];
    await until(() => delays.length > 0);
    expect(await client.close({ timeoutMs: 0 })).toBe(false);
    expect(accepted).toEqual([first]);
    expect(drops).toMatchObject([{ event: { id: second }, reason: "closed", isAmbiguous: false }]);
    expect(delays).toEqual([expect.any(Number)]);
    expect(delays[0]).toBeGreaterThanOrEqual(1_000);
  });

  test("brings every event through a stream that throttles and fails, none lost and none of another id", async () => {
    const kinesis = new Kinesis({ faults: new Faults({ seed: 7, rates: { recordInternalFailure: 0.1 } }) });
    kinesis.createStream({ streamName: "raw", shardCount: 2 });
    const server = await startKinesisServer(kinesis);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const sdk = createKinesisClient({ endpoint: server.url, region: "us-east-1", credentials });
    // One attempt: what fails is answered with 503, and the client has to bring it again.
    const putRecords = createPutRecords({ client: sdk, streamName: "raw", lingerMs: 1, maxAttempts: 1 });
    closing.push(
      () => server.close(),
      async () => sdk.destroy(),
      () => putRecords.close(),
    );
    const service = await startService({ putRecords, clock: systemClock, retryAfter: () => 0 });
    const { client, accepted, drops } = startClient(service.url, { maxBatchEvents: 20 });
    const ids = Array.from({ length: 100 }, (_, index) => client.send("a.b", { index }, { subject: `v${index % 17}` }));
    expect(await client.flush()).toBe(true);
    expect([new Set(accepted), drops]).toEqual([new Set(ids), []]);
    const stored = kinesis
      .recordsOf("raw")
      .flatMap(({ record }) => decodeRecord(record.Data))
      .map((line) => (line.ok ? (line.value as { id: string }).id : ""));
    expect(new Set(stored)).toEqual(new Set(ids));
    expect(await service.metrics()).toMatch(/status="503"|code="stream-unavailable"/);
  });
});
