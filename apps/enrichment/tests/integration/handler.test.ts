import { Buffer } from "node:buffer";
import {
  failuresInPassing,
  Faults,
  type RawAnswer,
  refusalsInPassing,
  startKinesisServer,
  systemClock,
} from "@millrace/aws-simulator";
import type { BadRow } from "@millrace/event-contracts";
import { openPayload } from "@millrace/privacy-keys";
import { createKinesisClient, type KinesisSender } from "@millrace/put-records";
import { createTelemetry } from "@millrace/telemetry";
import { describe, expect, test } from "@jest/globals";
import { createEnrichmentHandler, defaultEnrichments, type EnrichmentHandlerDeps } from "../../src/index.ts";
import { createStreams, lambdaContext } from "../kinesis-harness.ts";
import { createRawEvent, key, readBundledFile, testContracts, toRecord } from "../raw-events.ts";

interface FunctionOptions extends Partial<EnrichmentHandlerDeps> {
  readonly streams?: ReturnType<typeof createStreams>;
}

function createFunction({ streams = createStreams(), ...options }: FunctionOptions = {}) {
  const lines: string[] = [];
  const handler = createEnrichmentHandler({
    client: streams.client,
    enrichedStreamName: "enriched",
    badRowStreamName: "bad-rows",
    contracts: testContracts(),
    enrichments: defaultEnrichments("test", { readFile: readBundledFile }),
    privacyKeys: [key],
    clock: systemClock,
    random: () => 0.5,
    telemetry: createTelemetry({
      service: "enrichment",
      stage: "test",
      functionName: "f",
      write: (line) => lines.push(line),
    }),
    ...options,
  });
  return { streams, handler, lines };
}

describe("a record that would stop its shard", () => {
  test("of 340,000 lines becomes bad rows of all its lines, and the events around it are enriched within seconds", async () => {
    const { handler, streams } = createFunction();
    const around = ["before", "after"].map((id) => ({ partitionKey: id, data: toRecord(createRawEvent({ id })) }));
    const poison = { partitionKey: "p", data: Buffer.from("{}\n".repeat(340_000)) };
    const started = process.cpuUsage();
    const records = [around[0]!, poison, around[1]!];
    const response = await handler(streams.toEvent(records), lambdaContext);
    const { user, system } = process.cpuUsage(started);

    expect(response).toEqual({ batchItemFailures: [] });
    expect((user + system) / 1e6).toBeLessThan(5);
    expect(streams.read("enriched")).toHaveLength(2);
    const rows = streams.read("bad-rows").map(({ text }) => JSON.parse(text) as BadRow);
    expect(rows.map(({ failure }) => failure.kind)).toEqual(["too-many-lines", "too-many-lines"]);
    expect(rows.reduce((sum, { origin }) => sum + (origin.lines ?? 0), 0)).toBe(340_000);
    const opened = rows.map(({ payload, encryption }) =>
      openPayload({ bytes: Buffer.from(payload, "base64"), keyId: encryption?.keyId ?? "" }, [key]),
    );
    expect(Buffer.concat(opened).equals(poison.data)).toBe(true);
  });

  test("because each of its events is slow is set aside between two of them, and the next record is enriched", async () => {
    let nowMs = Date.parse("2026-11-20T10:00:02.000Z");
    const { handler, streams } = createFunction({
      clock: { ...systemClock, now: () => nowMs },
      enrichments: [
        {
          name: "slow",
          enrich: ({ event }) => {
            if (event.subject === "slow") nowMs += 1_000;
            return undefined;
          },
        },
      ],
    });
    const events = (subject: string) =>
      toRecord(...Array.from({ length: 20 }, (_, index) => createRawEvent({ id: `${subject}-${index}`, subject })));
    const records = ["slow", "quick"].map((subject) => ({ partitionKey: subject, data: events(subject) }));

    expect(await handler(streams.toEvent(records), lambdaContext)).toEqual({ batchItemFailures: [] });

    expect(streams.read("enriched").map(({ partitionKey }) => partitionKey)).toEqual(["quick"]);
    const rows = streams.read("bad-rows").map(({ text }) => JSON.parse(text) as BadRow);
    expect(rows).toMatchObject([{ failure: { kind: "too-slow" }, origin: { index: 0, lines: 20 } }]);
  });
});

describe("createEnrichmentHandler", () => {
  test("writes events that share a partition key as one record, in order, and bad rows to their own stream", async () => {
    const { handler, streams, lines } = createFunction();
    const events = [1, 2, 3].map((id) => createRawEvent({ id: `e-${id}` }));
    const other = createRawEvent({ id: "e-4", subject: "v-2" });
    const data = Buffer.concat([toRecord(...events, other), Buffer.from("{oops\n")]);

    const response = await handler(streams.toEvent([{ partitionKey: "v-1", data }]), lambdaContext);

    expect(response).toEqual({ batchItemFailures: [] });
    const enriched = streams.read("enriched");
    expect(enriched.map(({ partitionKey }) => partitionKey).sort()).toEqual(["v-1", "v-2"]);
    const ofOneKey = enriched.find(({ partitionKey }) => partitionKey === "v-1")?.text ?? "";
    expect(ofOneKey.endsWith("\n")).toBe(true);
    const ids = ofOneKey
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { event: { id: string } }).event.id);
    expect(ids).toEqual(["e-1", "e-2", "e-3"]);

    const badRows = streams.read("bad-rows");
    expect(badRows).toHaveLength(1);
    const badRow = JSON.parse(badRows[0]!.text) as BadRow;
    expect(badRow).toMatchObject({
      failure: { kind: "not-json" },
      processor: { name: "enrichment" },
      origin: { stream: "raw", shardId: "shardId-000000000000", sequenceNumber: "49590", index: 4 },
      payloadBytes: 5,
    });
    const sealed = { bytes: Buffer.from(badRow.payload, "base64"), keyId: badRow.encryption?.keyId ?? "" };
    expect(Buffer.from(openPayload(sealed, [key])).toString()).toBe("{oops");

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      recordsIn: 1,
      eventsIn: 5,
      eventsOut: 4,
      badRows: 1,
      badRowsByKind: { "not-json": 1 },
      recordsOut: 3,
      coldStart: 1,
    });
  });

  test("splits events of one key over records when one would be too large", async () => {
    const { handler, streams } = createFunction({ maxRecordBytes: 3_000 });
    const data = toRecord(...[1, 2, 3, 4].map((id) => createRawEvent({ id: `e-${id}` })));
    await handler(streams.toEvent([{ partitionKey: "v-1", data }]), lambdaContext);
    const records = streams.read("enriched");
    expect(records.length).toBeGreaterThan(1);
    expect(records.flatMap(({ text }) => text.trimEnd().split("\n"))).toHaveLength(4);
    for (const { text } of records) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_000);
  });

  test("returns the first record that could not be written", async () => {
    const { streams } = createFunction();
    // Takes everything but what belongs to the second visitor.
    const send = (
      command: { input: { Records?: { PartitionKey?: string }[] } },
      options?: object,
    ): Promise<unknown> => {
      const { Records = [] } = command.input;
      if (Records.every(({ PartitionKey }) => PartitionKey !== "v-2"))
        return streams.client.send(command as never, options);
      const refused = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "" };
      return Promise.resolve({ FailedRecordCount: Records.length, Records: Records.map(() => refused) });
    };
    const broken = { send } as unknown as KinesisSender;
    const { handler } = createFunction({ client: broken });
    const records = ["v-1", "v-2"].map((subject) => ({
      partitionKey: subject,
      data: toRecord(createRawEvent({ subject })),
    }));
    const response = await handler(streams.toEvent(records), { getRemainingTimeInMillis: () => 1_500 });
    expect(response.batchItemFailures[0]?.itemIdentifier).toBe("49590");
  });
});

describe("T11: an answer to a request that says nothing about its records", () => {
  const otherAnswers: readonly RawAnswer[] = [
    { status: 400, body: '{"__type":"RequestTimeoutException","message":"too slow"}' },
    { status: 400, body: '{"__type":"ValidationException","message":"once"}' },
    { status: 407, body: "" },
  ];
  const answers = [...refusalsInPassing, ...failuresInPassing, ...otherAnswers];

  test.each(answers.map(({ status, body }) => [status, body] as const))(
    "%d %s: five valid events become five enriched ones and no bad row, through the unmodified client",
    async (status, body) => {
      const faults = new Faults({ seed: 1, rates: {} });
      const streams = createStreams({ faults });
      const server = await startKinesisServer(streams.kinesis);
      const credentials = { accessKeyId: "a", secretAccessKey: "b" };
      const client = createKinesisClient({ region: "us-east-1", credentials, endpoint: server.url });
      try {
        const { handler } = createFunction({ client, streams });
        faults.failNext("PutRecords", { kind: "answer", answer: { status, body }, isCarriedOut: false });
        const events = [1, 2, 3, 4, 5].map((id) => createRawEvent({ id: `e-${id}`, subject: `v-${id % 2}` }));
        const event = streams.toEvent([{ partitionKey: "v-1", data: toRecord(...events) }]);
        expect(await handler(event, lambdaContext)).toEqual({ batchItemFailures: [] });
        const lines = streams.read("enriched").flatMap(({ text }) => text.trimEnd().split("\n"));
        const ids = lines.map((line) => (JSON.parse(line) as { event: { id: string } }).event.id);
        expect(ids.sort()).toEqual(["e-1", "e-2", "e-3", "e-4", "e-5"]);
        expect(streams.read("bad-rows")).toEqual([]);
        expect(faults.total).toBe(1);
      } finally {
        client.destroy();
        await server.close();
      }
    },
  );
});
