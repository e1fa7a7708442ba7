import {
  createRandom,
  Faults,
  type FaultRates,
  Kinesis,
  type KinesisServer,
  startKinesisServer,
} from "@millrace/aws-simulator";
import { decodeRecord, partitionKeyOf } from "@millrace/event-contracts";
import { createKinesisClient, createPutRecords, type PutRecords, systemClock } from "@millrace/put-records";
import { afterEach, describe, expect, test } from "@jest/globals";
import { anEvent, post, startTestService, type TestService } from "../support/test-service.ts";

const streamName = "millrace-test-raw";

interface Setup {
  readonly kinesis: Kinesis;
  readonly kinesisServer: KinesisServer;
  readonly putRecords: PutRecords;
  readonly service: TestService;
  close(): Promise<void>;
}

const setups: Setup[] = [];

/** The service over HTTP, the real client, the unmodified SDK over HTTP, and a model of Kinesis. */
async function start(
  rates: FaultRates = {},
  options: { streamName?: string; putTimeoutMs?: number; latencyMs?: number } = {},
) {
  const faults = new Faults({ seed: 1, rates });
  const kinesis = new Kinesis({ faults });
  kinesis.createStream({ streamName, shardCount: 4 });
  const latency = options.latencyMs ?? 0;
  const kinesisServer = await startKinesisServer(kinesis, {
    ...(latency > 0 && { latencyMs: { min: latency, max: latency } }),
    random: createRandom(1),
  });
  const client = createKinesisClient({
    endpoint: kinesisServer.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const putRecords = createPutRecords({ client, streamName: options.streamName ?? streamName, lingerMs: 2 });
  const service = await startTestService({
    putRecords,
    clock: systemClock,
    ...(options.putTimeoutMs !== undefined && { putTimeoutMs: options.putTimeoutMs }),
  });
  const setup: Setup = {
    kinesis,
    kinesisServer,
    putRecords,
    service,
    close: async () => {
      await service.close();
      await putRecords.close();
      client.destroy();
      await kinesisServer.close();
    },
  };
  setups.push(setup);
  return setup;
}

afterEach(async () => {
  await Promise.all(setups.splice(0).map((setup) => setup.close()));
});

function storedEvents(kinesis: Kinesis): { id: string; partitionKey: string; subject?: string }[] {
  return kinesis.recordsOf(streamName).flatMap(({ record }) =>
    decodeRecord(record.Data).map((line) => {
      if (!line.ok) throw new Error("a stored line is not JSON");
      return { ...(line.value as { id: string; subject?: string }), partitionKey: record.PartitionKey };
    }),
  );
}

const batchOf = (first: number, count: number) =>
  JSON.stringify(
    Array.from({ length: count }, (_, index) => anEvent({ id: `e${first + index}`, subject: `s${index % 7}` })),
  );

describe("with Kinesis", () => {
  test("what is accepted is stored, under its partition key, several events of one key to a record", async () => {
    const { kinesis, service } = await start();
    const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => post(service, batchOf(index * 50, 50))));
    expect(replies.map(({ status }) => status)).toEqual(Array<number>(20).fill(202));
    const stored = storedEvents(kinesis);
    expect(stored.map(({ id }) => id).sort()).toEqual(replies.flatMap(({ json }) => json["ids"] as string[]).sort());
    expect(new Set(stored.map(({ id }) => id)).size).toBe(1_000);
    for (const event of stored) expect(event.partitionKey).toBe(partitionKeyOf(event));
    expect(kinesis.recordsOf(streamName)).toHaveLength(20 * 7);
  });

  test("a 202 comes only after Kinesis has answered", async () => {
    const { service } = await start({}, { latencyMs: 150 });
    const startedMs = performance.now();
    expect((await post(service, batchOf(0, 1))).status).toBe(202);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(150);
  });

  test("throttled and failing records are retried behind the request, none lost, none doubled", async () => {
    const { kinesis, service } = await start({
      recordThrottle: 0.2,
      recordInternalFailure: 0.05,
      serverErrorBefore: 0.05,
    });
    const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => post(service, batchOf(index * 20, 20))));
    expect(replies.map(({ status }) => status)).toEqual(Array<number>(20).fill(202));
    expect(
      storedEvents(kinesis)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(Array.from({ length: 400 }, (_, index) => `e${index}`).sort());
  });

  test("when Kinesis refuses for longer than the time allowed, the answer is 503 and truthful", async () => {
    const { kinesis, service } = await start({ recordThrottle: 1 }, { putTimeoutMs: 300 });
    const { status, headers, json: problem } = await post(service, batchOf(0, 3));
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    expect(problem).toMatchObject({ code: "stream-unavailable", accepted: 0, ids: [] });
    const unconfirmed = problem["unconfirmed"] as { id: string; reason: string; isAmbiguous: boolean }[];
    expect(unconfirmed.map(({ id }) => id)).toEqual(["e0", "e1", "e2"]);
    // An attempt that is under way when the time ends is unknown, and has to say so.
    for (const { reason, isAmbiguous } of unconfirmed) expect(reason).toBe(isAmbiguous ? "unknown" : "throttled");
    expect(storedEvents(kinesis)).toEqual([]);
  });

  test("an unreachable Kinesis is a 503, and the log says why without naming an event", async () => {
    const setup = await start({}, { putTimeoutMs: 300 });
    await setup.kinesisServer.close();
    const { status, json: problem } = await post(setup.service, batchOf(0, 1));
    expect(status).toBe(503);
    expect(problem).toMatchObject({ code: "stream-unavailable", unconfirmed: [{ id: "e0" }] });
    expect(JSON.parse(setup.service.log.at(-1) ?? "")).toMatchObject({
      status: 503,
      cause: expect.stringMatching(/^PUT_RECORDS_/),
    });
  });

  test("a stream that does not exist is a 503 at once", async () => {
    const setup = await start({}, { streamName: "no-such-stream" });
    const { status, json: problem } = await post(setup.service, batchOf(0, 1));
    expect(status).toBe(503);
    expect(problem).toMatchObject({ unconfirmed: [{ id: "e0", reason: "rejected", isAmbiguous: false }] });
    expect(JSON.parse(setup.service.log.at(-1) ?? "")).toMatchObject({ cause: "PUT_RECORDS_STREAM_NOT_FOUND" });
  });
});
