import { Buffer } from "node:buffer";
import { expect, test } from "@jest/globals";
import { createDeliveryHooks, createLogger, createTelemetry } from "@millrace/telemetry";
import { context, enriched, kinesisEvent, ndjson } from "../support/kinesis-event.ts";
import { createTestRouter, document, route } from "../support/router.ts";

const EVENTS = 200;
const EVENTS_PER_RECORD = 8;
/** The clock of the test router. */
const NOW_MS = 1_700_000_000_000;
/** CloudWatch bills each byte. Raise it with a reason, and `METRIC_LINE_BYTES` of the capacity model with it. */
const MAX_LOG_BYTES_PER_MILLION_EVENTS = 5_000_000;

test("the log of a full batch stays within its budget", async () => {
  let bytes = 0;
  const write = (line: string): void => void (bytes += Buffer.byteLength(line) + 1);
  const service = "router";
  const telemetry = createTelemetry({ service, stage: "prod", functionName: "millrace-prod-router", write });
  const types = ["search.click", "commerce.product-view", "commerce.purchase", "loyalty.member"];
  const routes = types.map((type, index) => route(type.replace(".", "-"), type, `destination-${index}`));
  const logger = createLogger({ base: { service }, write });
  const { handler } = createTestRouter([document("recommendations", ...routes)], { telemetry, logger });
  const hooks = createDeliveryHooks(telemetry);
  const events = Array.from({ length: EVENTS }, (_, index) =>
    enriched(String(index), types[index % (types.length + 1)] ?? "page.view", {
      // Received at 500 a second, in a pipeline that keeps up.
      receivedat: new Date(NOW_MS - 300 - index * 2).toISOString(),
    }),
  );
  const records = Array.from({ length: EVENTS / EVENTS_PER_RECORD }, (_, index) =>
    ndjson(...events.slice(index * EVENTS_PER_RECORD, (index + 1) * EVENTS_PER_RECORD)),
  );
  // Destinations of the test make no calls.
  for (const _ of types) hooks.onRequest({ records: EVENTS / (types.length + 1) });
  expect(await handler(kinesisEvent(records), context)).toEqual({ batchItemFailures: [] });
  expect((bytes / EVENTS) * 1e6).toBeLessThanOrEqual(MAX_LOG_BYTES_PER_MILLION_EVENTS);
  // A log without its metrics is no saving.
  expect(bytes).toBeGreaterThan(500);
});
