import { Buffer } from "node:buffer";
import { systemClock } from "@millrace/aws-simulator";
import { describe, expect, test } from "@jest/globals";
import type { KinesisSender } from "@millrace/put-records";
import { createLogger, createTelemetry, distributions, fieldsOnly, metricsOfService } from "@millrace/telemetry";
import { createEnrichmentHandler, defaultEnrichments, type EnrichmentHandlerDeps } from "../../src/index.ts";
import { createStreams, lambdaContext } from "../kinesis-harness.ts";
import { createRawEvent, key, readBundledFile, testContracts, toRecord } from "../raw-events.ts";

type Line = Record<string, unknown>;

/**
 * Result of a call: it goes through, a shard refuses it, it is stored without an answer, or Kinesis answers with an
 * error.
 */
type Fate = "stored" | "throttled" | "unanswered" | `${string}Exception`;
const refused: Fate = "ValidationException";

type Send = (command: { input: { Records?: object[] } }, options?: object) => Promise<unknown>;

function createFunction(fates: Fate[] = [], overrides: Partial<EnrichmentHandlerDeps> = {}) {
  const streams = createStreams();
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const send: Send = async (command, options) => {
    const { Records } = command.input;
    const fate = Records === undefined ? "stored" : (fates.shift() ?? "stored");
    if (fate === "throttled") {
      const entry = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "" };
      return { FailedRecordCount: Records?.length, Records: Records?.map(() => entry) };
    }
    if (fate.endsWith("Exception")) {
      throw Object.assign(new Error("refused"), { name: fate, $metadata: { httpStatusCode: 400 } });
    }
    const answer = await streams.client.send(command as never, options);
    if (fate === "unanswered") throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
    return answer;
  };
  const handler = createEnrichmentHandler({
    client: { send } as KinesisSender,
    enrichedStreamName: "enriched",
    badRowStreamName: "bad-rows",
    contracts: testContracts(),
    enrichments: defaultEnrichments("test", { readFile: readBundledFile }),
    privacyKeys: [key],
    clock: systemClock,
    random: () => 0,
    telemetry: createTelemetry({ service: "enrichment", stage: "test", functionName: "f", write }),
    logger: createLogger({ base: { service: "enrichment" }, write }),
    ...overrides,
  });
  /** One invocation: what it wrote to its log, and its metrics. */
  const invoke = async (...records: Uint8Array[]): Promise<{ logged: Line[]; metrics: Line }> => {
    lines.length = 0;
    const event = streams.toEvent(records.map((data) => ({ partitionKey: "v-1", data })));
    await handler(event, lambdaContext);
    const written = lines.map((line) => JSON.parse(line) as Line);
    const [metrics = {}, ...others] = written.filter((line) => "_aws" in line);
    expect(others).toEqual([]);
    return { metrics, logged: written.filter((line) => !("_aws" in line)) };
  };
  return { invoke };
}

const traceparent = (digit: string) => `00-${digit.repeat(32)}-${"b".repeat(16)}-01`;
const invalid = createRawEvent({ data: {} });
const unknown = createRawEvent({ type: "shop.closed" });
const noted = createRawEvent({ clientip: "nowhere", traceparent: traceparent("c") });
const incomplete = createRawEvent({ tenantid: undefined, traceparent: traceparent("d") });

describe("an invocation writes one line of metrics", () => {
  test("with everything that its service is said to write, when all of it happens", async () => {
    const { invoke } = createFunction(["throttled", "unanswered", refused, refused]);
    const good = createRawEvent();
    const { metrics } = await invoke(toRecord(good, invalid, unknown, noted), Buffer.from("{oops\n"));
    const { _aws, service, stage, function: name, ...written } = metrics;
    expect({ service, stage, name }).toEqual({ service: "enrichment", stage: "test", name: "f" });
    // Canaries, worst sources and events that wait are counted by tests below, keys and tables by
    // key-rotation.test.ts and lookups.test.ts.
    const ofBatches = metricsOfService.enrichment.filter(
      (metric) => !/^(canary|privacyKey|lookup|eventsSetAside|invalidPercent)/.test(metric),
    );
    expect(Object.keys(written).sort()).toEqual([...ofBatches].sort());
    const [directive] = (_aws as { CloudWatchMetrics: { Metrics: { Name: string }[] }[] }).CloudWatchMetrics;
    // A counter that is 0 is a field and no metric.
    const isMetric = (metric: string) => {
      if (fieldsOnly.has(metric)) return false;
      const value = written[metric];
      return metric in distributions || (typeof value === "number" && value !== 0);
    };
    expect(directive?.Metrics.map(({ Name }) => Name).sort()).toEqual(Object.keys(written).filter(isMetric).sort());
  });

  test("with the events that wait for their contract, which are no bad rows and no trouble", async () => {
    const { invoke } = createFunction([], {
      contracts: { ...testContracts(), setsAside: ({ type }) => type === "shop.closed" },
    });
    const { metrics, logged } = await invoke(toRecord(createRawEvent(), unknown));
    expect(metrics).toMatchObject({ eventsIn: 2, eventsOut: 1, eventsSetAside: 1, badRowsByKind: { undescribed: 1 } });
    expect(metrics).not.toHaveProperty("badRows");
    expect(logged).toEqual([]);
  });

  test("with the largest share of invalid events of a source, once there are some", async () => {
    const some = (count: number, change: Parameters<typeof createRawEvent>[0]) =>
      Array.from({ length: count }, (_, index) =>
        createRawEvent({ id: `${JSON.stringify(change)}-${index}`, ...change }),
      );
    const others = [...some(15, {}), ...some(30, { source: "https://shop.example/other" })];
    const { metrics: few } = await createFunction().invoke(toRecord(...some(4, { data: {} }), ...others));
    expect(few).not.toHaveProperty("invalidPercentOfSource");
    const { metrics } = await createFunction().invoke(toRecord(...some(5, { data: {} }), ...others));
    expect(metrics["invalidPercentOfSource"]).toBe(25);
  });

  test("with the age of canaries, which count as nothing else", async () => {
    const { invoke } = createFunction();
    const { metrics } = await invoke(
      toRecord(createRawEvent(), createRawEvent({ canary: true }), createRawEvent({ canary: true, data: {} })),
    );
    expect(metrics).toMatchObject({ eventsIn: 1, eventsOut: 1, canaryAgeMs: [expect.any(Number), expect.any(Number)] });
    expect(metrics).not.toHaveProperty("eventsInvalid");
    expect(metrics["eventAgeMs"]).toEqual(expect.any(Number));
  });

  test("with the calls that were made, how full they were and what of them was refused", async () => {
    const { invoke } = createFunction(["throttled", "unanswered"]);
    const { metrics } = await invoke(toRecord(createRawEvent()));
    expect(metrics).toMatchObject({
      recordsPerCall: [1, 1, 1],
      throttledAttempts: 1,
      ambiguousDeliveries: 1,
      deliveryRetries: 2,
      recordsOut: 1,
    });
  });
});

describe("an invocation logs", () => {
  test("nothing when nothing goes wrong, retries included", async () => {
    const { invoke } = createFunction(["throttled"]);
    expect((await invoke(toRecord(createRawEvent(), invalid, unknown))).logged).toEqual([]);
  });

  test("one line that counts bad rows by kind and says where the batch lay, with the trace of the first", async () => {
    const { invoke } = createFunction();
    const good = createRawEvent({ traceparent: traceparent("a") });
    const { logged } = await invoke(toRecord(good, incomplete, 7, noted), toRecord(7), Buffer.from("{oops\n"));
    expect(logged).toEqual([
      {
        level: "warn",
        time: expect.stringMatching(/Z$/),
        message: "Not all that came could be enriched",
        service: "enrichment",
        requestId: "request-1",
        stream: "raw",
        shardId: "shardId-000000000000",
        firstSequenceNumber: "49590",
        lastSequenceNumber: "49592",
        records: 3,
        badRows: { "not-an-event": 1, "not-an-object": 2, "not-json": 1 },
        enrichmentFailures: { client: 1 },
        traceId: "d".repeat(32),
      },
    ]);
  });

  test("notes of enrichments as information", async () => {
    const { logged } = await createFunction().invoke(toRecord(noted, noted));
    expect(logged).toMatchObject([{ level: "info", enrichmentFailures: { client: 2 }, traceId: "c".repeat(32) }]);
  });

  test("a trace only where the event has one that is well-formed", async () => {
    const { logged } = await createFunction().invoke(toRecord({ ...incomplete, traceparent: "ada@example.com" }));
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toHaveProperty("traceId");
  });

  test("failed masking as an error, and what was thrown", async () => {
    const contracts = {
      ...testContracts(),
      privacyOf: () => {
        throw new RangeError("canary");
      },
    };
    const { logged } = await createFunction([], { contracts }).invoke(toRecord(createRawEvent()));
    expect(logged).toMatchObject([
      {
        level: "error",
        message: "Enrichment itself failed on events",
        badRows: { "masking-failed": 1 },
        error: { code: "ENRICHMENT_MASKING_FAILED", cause: { name: "RangeError" } },
      },
    ]);
    expect(JSON.stringify(logged)).not.toContain("canary");
  });

  test("what a stream refuses for good, and the bad row it became", async () => {
    const { logged } = await createFunction([refused, refused]).invoke(toRecord(createRawEvent()));
    expect(logged).toMatchObject([
      { level: "warn", failedOutputs: { rejected: 1 }, badRows: { "refused-by-stream": 1 } },
    ]);
  });

  test("what is given back to Lambda, and from where on", async () => {
    const refusing = Array.from({ length: 9 }, () => refused);
    const { logged } = await createFunction(refusing).invoke(toRecord(createRawEvent()));
    expect(logged).toMatchObject([
      {
        level: "warn",
        message: "Records are given back to Lambda",
        checkpoint: "49590",
        failedOutputs: { rejected: 1 },
      },
    ]);
  });

  test.each<[string, Fate]>([
    ["access", "AccessDeniedException"],
    ["its stream", "ResourceNotFoundException"],
    ["the key of its stream", "KMSAccessDeniedException"],
  ])("that all is given back while it is without %s, and makes no bad row of it", async (_, fate) => {
    const { logged, metrics } = await createFunction([fate]).invoke(toRecord(createRawEvent()));
    expect(logged).toMatchObject([{ level: "warn", checkpoint: "49590", failedOutputs: { rejected: 1 } }]);
    expect(logged[0]).not.toHaveProperty("badRows");
    expect(metrics).toMatchObject({ batchItemFailures: 1 });
    expect(metrics).not.toHaveProperty("badRows");
  });

  test("one line for any number of faults, and starts anew with the next invocation", async () => {
    const { invoke } = createFunction();
    const { logged } = await invoke(...Array.from({ length: 2_000 }, () => toRecord(7)));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({ badRows: { "not-an-object": 2_000 } });
    expect(JSON.stringify(logged[0]).length).toBeLessThan(500);
    expect((await invoke(toRecord(createRawEvent()))).logged).toEqual([]);
  });
});
