import { describe, expect, test } from "@jest/globals";
import {
  InProcessFunction,
  Kinesis,
  MemoryObjectStore,
  MemoryWarehouse,
  TooManyRequestsError,
  VirtualClock,
} from "@millrace/aws-simulator";
import { assemble, createStreams, landingOf, startConsumers, type Topology } from "../../src/index.ts";

const arn = (stream: string) => `arn:aws:kinesis:eu-west-1:000000000000:stream/${stream}`;
const stream = (name: string) =>
  ({
    name,
    arn: arn(name),
    mode: "PROVISIONED",
    shardCount: 1,
    retentionHours: 24,
    maxRecordBytes: undefined,
  }) as const;

/** One stream that a function reads and a delivery stream writes to a table. */
const topology: Topology = {
  streams: [stream("in")],
  functions: [
    {
      ...{
        name: "reader",
        arn: "arn:reader",
        code: { zipFile: "" },
        codeHash: "",
        handler: "",
        runtime: "",
        memoryMb: 128,
        timeoutMs: 3000,
      },
      environment: {},
    },
  ],
  mappings: [
    {
      uuid: "mapping",
      streamArn: arn("in"),
      functionName: "reader",
      batchSize: 2,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 1,
      maximumRetryAttempts: 1,
      maximumRecordAgeInSeconds: 3600,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      startingPosition: "TRIM_HORIZON",
      onFailureBucket: "given-up",
    },
  ],
  deliveryStreams: [
    {
      name: "to-lake",
      sourceStreamArn: arn("in"),
      bucket: "lake",
      prefix: "events/",
      errorOutputPrefix: "errors/!{firehose:error-output-type}/",
      bufferingSizeMb: 1,
      bufferingIntervalSeconds: 5,
      compressionFormat: "UNCOMPRESSED",
      fileExtension: "",
    },
  ],
  buckets: ["lake", "given-up"],
  objects: [],
  destinations: [],
  schedules: [],
  tables: [],
  dynamicTables: [],
  views: [],
  pipes: [
    {
      name: "pipe",
      bucket: "lake",
      prefix: "events/",
      notifiedPrefixes: ["events/"],
      copyStatement: "COPY INTO DB.S.EVENTS (RECORD) FROM (SELECT $1 FROM @DB.S.STAGE)",
    },
  ],
  secrets: [],
  pipelineStreams: { raw: "in", enriched: "in", badRows: "in" },
  alarms: [],
  loaderTopics: undefined,
  objectives: undefined,
};

/** @param refusals invocations that Lambda refuses before it runs one */
async function run(changed: Partial<Topology> = {}, refusals = 0) {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock, region: "eu-west-1", accountId: "000000000000" });
  const objectStore = new MemoryObjectStore({ clock });
  const warehouse = new MemoryWarehouse();
  const batches: string[][] = [];
  const durations: number[] = [];
  let refused = 0;
  const given = { ...topology, ...changed };
  createStreams(given, kinesis);
  const assembly = await assemble(given, {
    kinesis,
    objectStore,
    warehouse,
    createFunction: ({ name, timeoutMs }) =>
      new InProcessFunction({
        functionName: name,
        clock,
        timeoutMs,
        createHandler: () => (event: { Records: { kinesis: { data: string } }[] }) => {
          const texts = event.Records.map(({ kinesis: { data } }) => Buffer.from(data, "base64").toString().trim());
          batches.push(texts);
          if (texts.includes("2")) throw new Error("not this one");
          return { batchItemFailures: [] };
        },
      }),
    ofMapping: (_, target) => ({
      clock,
      invoke: async (event, options) => {
        refused += 1;
        if (refused <= refusals) throw new TooManyRequestsError("Rate Exceeded.");
        return target.invoke(event, options);
      },
    }),
    onInvoked: (functionName, durationMs) => {
      expect(functionName).toBe("reader");
      durations.push(durationMs);
    },
    ofDelivery: () => ({ clock }),
    ofPipe: () => ({ clock }),
  });
  await clock.run(
    (async () => {
      await startConsumers(assembly);
      for (const n of [1, 2, 3, 4]) {
        kinesis.putRecords({ StreamName: "in", Records: [{ PartitionKey: "k", Data: Buffer.from(`${n}\n`) }] });
      }
      for (const { mapping } of assembly.mappings) await mapping.drain();
      for (const { delivery } of assembly.deliveries) await delivery.stop();
      for (const { mapping } of assembly.mappings) await mapping.stop();
      for (const pipe of assembly.pipes.values()) await pipe.stop();
    })(),
    { limitMs: 3_600_000 },
  );
  return { assembly, batches, durations, objectStore, rows: warehouse.rows("DB.S.EVENTS").map(({ RECORD }) => RECORD) };
}

describe("a pipeline assembled from its topology", () => {
  test("runs with the batch size, bisection, retries and failure bucket of its mapping", async () => {
    const { batches, assembly, objectStore } = await run();
    expect(Math.max(...batches.map((texts) => texts.length))).toBe(2);
    expect(batches).toContainEqual(["2"]);
    expect(assembly.mappings[0]?.mapping.stats().discardedRecords).toBe(1);
    expect(await objectStore.list("given-up")).toHaveLength(1);
  });

  test("tells of each invocation that ran, also where its host has a way of its own to invoke", async () => {
    const { batches, durations } = await run();
    expect(durations).toHaveLength(batches.length);
    const busy = await run({}, 3);
    expect(busy.assembly.mappings[0]?.mapping.stats().throttles).toBe(3);
    expect(busy.durations).toHaveLength(busy.batches.length);
  });

  test("loads what lands in the folder of the pipe into its table, once", async () => {
    expect((await run()).rows).toEqual([1, 2, 3, 4]);
  });

  test("loads nothing when no bucket tells the pipe", async () => {
    const pipes = topology.pipes.map((pipe) => ({ ...pipe, notifiedPrefixes: [] }));
    expect((await run({ pipes })).rows).toEqual([]);
  });

  test("is refused when a mapping invokes a function that is not there", async () => {
    await expect(run({ functions: [] })).rejects.toThrow("A mapping invokes reader, which the stack does not define.");
  });

  test("knows where a stream lands", () => {
    expect(landingOf(topology, "in")).toMatchObject({ bucket: "lake", prefix: "events/", table: "EVENTS" });
    expect(() => landingOf({ ...topology, pipes: [] }, "in")).toThrow("No delivery stream and pipe lead in into");
  });
});
