import type { BatchReport } from "@millrace/stream-handler";
import type { Telemetry } from "@millrace/telemetry";
import { badRowKinds } from "./bad-rows/bad-row-kinds.ts";
import { eventsOf } from "./bad-rows/set-aside.ts";
import type { EnrichedRecord } from "./enrich-record.ts";
import type { SourceWatch } from "./source-watch.ts";

/**
 * Counts what became of the events of one record. Canaries have a metric of their own and count in no other.
 *
 * @param canaries gets the times at which canaries were received, for {@link measureCanaries}
 */
export function countRecord(
  telemetry: Telemetry,
  sources: SourceWatch,
  canaries: number[],
  { enriched, badRows, atMs }: EnrichedRecord,
): void {
  let eventsOut = 0;
  for (const { validation, notes, receivedAt, source, isCanary } of enriched) {
    if (isCanary) {
      canaries.push(Date.parse(receivedAt));
      continue;
    }
    eventsOut += 1;
    sources.add(source, validation.status === "invalid");
    if (validation.status === "invalid") {
      telemetry.count("eventsInvalid");
      telemetry.countBy("invalidBySchema", validation.schema ?? "none");
      telemetry.countBy("invalidBySource", source);
    } else if (validation.status === "unknown") {
      telemetry.count("eventsUnknown");
    }
    for (const note of notes) {
      telemetry.count("enrichmentFailures");
      telemetry.countBy("enrichmentFailuresByName", note.enrichment);
    }
    telemetry.observe("eventAgeMs", atMs - Date.parse(receivedAt));
  }
  telemetry.count("eventsOut", eventsOut);
  telemetry.count(
    "eventsIn",
    badRows.reduce((sum, row) => sum + eventsOf(row), eventsOut),
  );
  if (badRows.length > 0) countBadRows(telemetry, badRows);
}

function countBadRows(telemetry: Telemetry, badRows: EnrichedRecord["badRows"]): void {
  // An event that waits for its contract is no fault of anybody's, and has an alarm of its own.
  const setAside = badRows.filter(({ failure }) => failure.kind === badRowKinds.undescribed).length;
  if (setAside > 0) telemetry.count("eventsSetAside", setAside);
  if (badRows.length > setAside) telemetry.count("badRows", badRows.length - setAside);
  for (const { failure } of badRows) telemetry.countBy("badRowsByKind", failure.kind);
}

/** Writes the ages of a batch's canaries once all outputs are confirmed; those of a batch that comes again, then. */
export function measureCanaries(telemetry: Telemetry, canaries: number[], report: BatchReport, nowMs: number): void {
  if (report.checkpoint === undefined) {
    for (const receivedAtMs of canaries) telemetry.observe("canaryAgeMs", nowMs - receivedAtMs);
  }
  canaries.length = 0;
}

/** Counts what the batch as a whole did. */
export function countBatch(telemetry: Telemetry, report: BatchReport): void {
  telemetry.count("recordsIn", report.records);
  telemetry.count("batchItemFailures", report.checkpoint === undefined ? 0 : 1);
  telemetry.observe("durationMs", report.durationMs);
  telemetry.observe("recordAgeMs", report.oldestAgeMs);
  for (const [name, destination] of report.destinations) {
    telemetry.count("recordsOut", destination.delivered);
    telemetry.count("recordsFailed", destination.failed);
    telemetry.count("deliveryRetries", destination.retries);
    telemetry.count("ambiguousDeliveries", destination.ambiguous);
    if (destination.failed > 0) telemetry.countBy("failuresByDestination", name, destination.failed);
  }
}
