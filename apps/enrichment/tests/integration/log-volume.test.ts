import { Buffer } from "node:buffer";
import { systemClock } from "@millrace/aws-simulator";
import { expect, test } from "@jest/globals";
import { createLogger, createTelemetry } from "@millrace/telemetry";
import { createEnrichmentHandler, defaultEnrichments } from "../../src/index.ts";
import { createStreams, lambdaContext } from "../kinesis-harness.ts";
import { createRawEvent, key, now, readBundledFile, testContracts, toRecord } from "../raw-events.ts";

const EVENTS = 200;
const EVENTS_PER_RECORD = 2;
/** CloudWatch bills each byte. Raise it with a reason, and `METRIC_LINE_BYTES` of the capacity model with it. */
const MAX_LOG_BYTES_PER_MILLION_EVENTS = 5_000_000;

test("the log of a full batch stays within its budget", async () => {
  let bytes = 0;
  const write = (line: string): void => void (bytes += Buffer.byteLength(line) + 1);
  const service = "enrichment";
  const streams = createStreams();
  const handler = createEnrichmentHandler({
    client: streams.client,
    enrichedStreamName: "enriched",
    badRowStreamName: "bad-rows",
    contracts: testContracts(),
    enrichments: defaultEnrichments("test", { readFile: readBundledFile }),
    privacyKeys: [key],
    clock: { ...systemClock, now: () => now },
    random: () => 0,
    telemetry: createTelemetry({ service, stage: "prod", functionName: "millrace-prod-enrichment", write }),
    logger: createLogger({ base: { service }, write }),
  });
  const events = Array.from({ length: EVENTS }, (_, index) =>
    createRawEvent({
      id: `0193-${index}`,
      // Received at 500 a second, in a pipeline that keeps up.
      receivedat: new Date(now - 100 - index * 2).toISOString(),
      ...(index % 50 === 0 ? { data: {} } : {}),
    }),
  );
  const records = Array.from({ length: EVENTS / EVENTS_PER_RECORD }, (_, index) => ({
    partitionKey: `v-${index}`,
    data: toRecord(...events.slice(index * EVENTS_PER_RECORD, (index + 1) * EVENTS_PER_RECORD)),
  }));
  expect(await handler(streams.toEvent(records), lambdaContext)).toEqual({ batchItemFailures: [] });
  expect((bytes / EVENTS) * 1e6).toBeLessThanOrEqual(MAX_LOG_BYTES_PER_MILLION_EVENTS);
  // A log without its metrics is no saving.
  expect(bytes).toBeGreaterThan(500);
});
