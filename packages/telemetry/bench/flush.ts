/**
 * Cost of telemetry for an invocation of 500 records with an event each, as enrichment feeds it: `pnpm bench`, or `pnpm
 * bench --json`.
 */
import { eventsPerInvocation, runInvocation, written } from "./invocation.ts";

const invocations = 4_000;

for (let warmUp = 0; warmUp < 500; warmUp++) runInvocation();
const started = process.hrtime.bigint();
for (let invocation = 0; invocation < invocations; invocation++) runInvocation();
const microsecondsPerInvocation = Number(process.hrtime.bigint() - started) / 1_000 / invocations;
const bytesPerLine = Math.round(written.bytes / (invocations + 500));

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
