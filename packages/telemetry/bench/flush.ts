/**
 * What telemetry costs an invocation of 500 records with an event each, as enrichment feeds it: `pnpm bench`, or `pnpm
 * bench --json`.
 */
import { createDeliveryHooks, createTelemetry } from "../src/index.ts";

const eventsPerInvocation = 500;
const invocations = 4_000;
let bytes = 0;
const telemetry = createTelemetry({
  service: "enrichment",
  stage: "bench",
  functionName: "bench",
  write: (line) => (bytes += line.length),
});

const hooks = createDeliveryHooks(telemetry);

function runInvocation(): void {
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

for (let warmUp = 0; warmUp < 500; warmUp++) runInvocation();
const started = process.hrtime.bigint();
for (let invocation = 0; invocation < invocations; invocation++) runInvocation();
const microsecondsPerInvocation = Number(process.hrtime.bigint() - started) / 1_000 / invocations;
const bytesPerLine = Math.round(bytes / (invocations + 500));

const result = {
  eventsPerInvocation,
  microsecondsPerInvocation: Number(microsecondsPerInvocation.toFixed(1)),
  bytesPerLine,
};
console.log(
  process.argv.includes("--json")
    ? JSON.stringify(result)
    : `${result.microsecondsPerInvocation} µs per invocation of ${eventsPerInvocation} events, one line of ${bytesPerLine} bytes`,
);
