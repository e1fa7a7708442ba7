import { Buffer } from "node:buffer";
import { PutRecordsCommand, type PutRecordsOutput } from "@aws-sdk/client-kinesis";
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
import { createLanes } from "../../src/packing/lanes.ts";
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

/** Ids of the events of a stream, in the order in which they lie in each shard. */
function idsIn(streams: ReturnType<typeof createStreams>, streamName: string): string[] {
  return streams
    .read(streamName)
    .flatMap(({ text }) => text.trimEnd().split("\n"))
    .map((line) => (JSON.parse(line) as { event: { id: string } }).event.id);
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
    expect(idsIn(streams, "enriched").sort()).toEqual(["after", "before"]);
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

    expect(idsIn(streams, "enriched")).toEqual(Array.from({ length: 20 }, (_, index) => `quick-${index}`));
    const rows = streams.read("bad-rows").map(({ text }) => JSON.parse(text) as BadRow);
    expect(rows).toMatchObject([{ failure: { kind: "too-slow" }, origin: { index: 0, lines: 20 } }]);
  });
});

describe("createEnrichmentHandler", () => {
  test("writes the events of a record as one record of its lane, in order, and bad rows to their own stream", async () => {
    const { handler, streams, lines } = createFunction();
    const events = [1, 2, 3].map((id) => createRawEvent({ id: `e-${id}` }));
    const other = createRawEvent({ id: "e-4", subject: "v-2" });
    const data = Buffer.concat([toRecord(...events, other), Buffer.from("{oops\n")]);

    const response = await handler(streams.toEvent([{ partitionKey: "v-1", data }]), lambdaContext);

    expect(response).toEqual({ batchItemFailures: [] });
    const enriched = streams.read("enriched");
    expect(enriched.map(({ partitionKey }) => partitionKey)).toEqual([expect.stringMatching(/^lane-\d+$/)]);
    expect(enriched[0]?.text.endsWith("\n")).toBe(true);
    expect(idsIn(streams, "enriched")).toEqual(["e-1", "e-2", "e-3", "e-4"]);

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
      recordsOut: 2,
      coldStart: 1,
    });
  });

  test("writes the events of many records of a lane as one record, each key's in their order", async () => {
    const { handler, streams } = createFunction({ lanes: 1 });
    const records = ["a", "b", "a", "c", "b"].map((subject, index) => ({
      partitionKey: subject,
      data: toRecord(createRawEvent({ id: `${subject}-${index}`, subject })),
    }));
    expect(await handler(streams.toEvent(records), lambdaContext)).toEqual({ batchItemFailures: [] });
    expect(streams.read("enriched")).toHaveLength(1);
    expect(idsIn(streams, "enriched")).toEqual(["a-0", "b-1", "a-2", "c-3", "b-4"]);
  });

  test("keeps a key in its lane whatever its subject is masked to", async () => {
    const { handler, streams } = createFunction();
    const subject = "ada@example.com";
    const record = { partitionKey: subject, data: toRecord(createRawEvent({ subject })) };
    await handler(streams.toEvent([record]), lambdaContext);
    await handler(streams.toEvent([record], 49_600), lambdaContext);
    const keys = streams.read("enriched").map(({ partitionKey }) => partitionKey);
    expect(new Set(keys).size).toBe(1);
    expect(keys.join()).not.toContain("ada");
  });

  test("splits events of a record over records when one would be too large", async () => {
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
    const refusedLane = createLanes(128)("v-2").partitionKey;
    // Takes everything but what belongs to the second visitor's lane.
    const send = async (command: PutRecordsCommand): Promise<unknown> => {
      const { Records = [] } = command.input;
      const taken = Records.filter(({ PartitionKey }) => PartitionKey !== refusedLane);
      const answer =
        taken.length === 0
          ? []
          : ((
              (await streams.client.send(
                new PutRecordsCommand({ ...command.input, Records: taken }),
              )) as PutRecordsOutput
            ).Records ?? []);
      const refused = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "" };
      return {
        FailedRecordCount: Records.length - taken.length,
        Records: Records.map((record) => (taken.includes(record) ? answer[taken.indexOf(record)] : refused)),
      };
    };
    const { handler } = createFunction({ client: { send } as unknown as KinesisSender });
    const records = ["v-1", "v-2"].map((subject) => ({
      partitionKey: subject,
      data: toRecord(createRawEvent({ id: subject, subject })),
    }));
    const response = await handler(streams.toEvent(records), { getRemainingTimeInMillis: () => 1_500 });
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: "49591" }]);
    expect(idsIn(streams, "enriched")).toEqual(["v-1"]);
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
