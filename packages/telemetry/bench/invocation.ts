import { createDeliveryHooks, createTelemetry } from "../src/index.ts";

export const eventsPerInvocation = 500;
/** Bytes of metric lines so far. */
export const written = { bytes: 0 };
const telemetry = createTelemetry({
  service: "enrichment",
  stage: "bench",
  functionName: "bench",
  write: (line) => (written.bytes += line.length),
});

const hooks = createDeliveryHooks(telemetry);

/** The calls that an invocation of enrichment makes, and its flush. */
export function runInvocation(): void {
  telemetry.count("recordsIn", eventsPerInvocation);
  telemetry.count("badRows", 3);
  hooks.onRequest({ records: eventsPerInvocation });
  hooks.onThrottle({ records: 40 });
  hooks.onRequest({ records: 40 });
  for (const destination of ["enriched", "bad-rows"]) {
    telemetry.count("recordsOut", eventsPerInvocation / 2);
    telemetry.count("recordsFailed", 0);
    telemetry.count("deliveryRetries", 40);
    telemetry.count("ambiguousDeliveries", 0);
    telemetry.countBy("failuresByDestination", destination, 0);
  }
  telemetry.count("batchItemFailures", 0);
  telemetry.count("eventsInvalid", 15);
  telemetry.observe("recordAgeMs", 600);
  telemetry.countBy("invalidBySchema", "https://millrace.example/schemas/events/search/click/1-0-0.json", 15);
  telemetry.countBy("badRowsByKind", "not-json", 3);
  telemetry.observe("durationMs", 41);
  for (let event = 0; event < eventsPerInvocation; event++) {
    telemetry.count("eventsIn", 1);
    telemetry.count("eventsOut", 1);
    telemetry.observe("eventAgeMs", (event * 7919) % 1_013);
  }
  telemetry.flush();
}
