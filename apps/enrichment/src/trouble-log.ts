import { Buffer } from "node:buffer";
import type { BatchReport, SourceRecord } from "@millrace/stream-handler";
import { type Logger, type LogFields, parseTraceparent } from "@millrace/telemetry";
import { badRowKinds } from "./bad-rows/bad-row-kinds.ts";
import type { EnrichedRecord } from "./enrich-record.ts";
import { bytesOfLines } from "./envelope/line-bytes.ts";
import { isJsonObject } from "./json-value.ts";

/** Kinds that are a fault of ours. All others are faults of the record's writer. */
const faultsOfOurs: readonly string[] = [badRowKinds.maskingFailed, badRowKinds.notProcessed];

/**
 * Gathers the faults of an invocation and logs them in one line at its end. Without a fault it logs nothing. Lambda
 * runs one invocation at a time in an environment, so one log serves them all in turn.
 *
 * The line has counts and places. It quotes nothing: an event that could not be read could not be masked either.
 */
export class TroubleLog {
  readonly #logger: Logger;
  #badRows = new Map<string, number>();
  #enrichmentFailures = new Map<string, number>();
  #failedOutputs = new Map<string, number>();
  /** Trace of the first faulty event, if it has one. Later events are not read, however many they are. */
  #traceId: string | undefined;
  #isTraceSought = false;
  #error: unknown;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Takes down what became of a record. */
  add({ enriched, badRows, error }: EnrichedRecord, source: SourceRecord): void {
    for (const { failure, origin } of badRows) {
      // Events that wait for their contract are counted, and are no trouble.
      if (failure.kind === badRowKinds.undescribed) continue;
      this.#seekTrace(() => parseLine(bytesOfLines(source.data)[origin.index ?? 0]));
      increment(this.#badRows, failure.kind);
    }
    for (const { notes, json } of enriched) {
      if (notes.length === 0) continue;
      this.#seekTrace(() => (JSON.parse(json) as { event: unknown }).event);
      for (const { enrichment } of notes) increment(this.#enrichmentFailures, enrichment);
    }
    if (error !== undefined) this.#error ??= error;
  }

  /** Takes down a record that became a bad row as a whole. */
  addBadRow(kind: string, error?: unknown): void {
    increment(this.#badRows, kind);
    this.#error ??= error;
  }

  /** Takes down an output that its stream did not confirm. */
  addFailedOutput(reason: string): void {
    increment(this.#failedOutputs, reason);
  }

  /** Writes the line if there was a fault, and resets all counts. */
  flush({ requestId, origin, records, unprocessed, checkpoint }: BatchReport): void {
    if (!this.#isQuiet() || checkpoint !== undefined) {
      const fields: LogFields = {
        requestId,
        ...origin,
        records,
        checkpoint,
        unprocessed: unprocessed === 0 ? undefined : unprocessed,
        badRows: unlessEmpty(this.#badRows),
        enrichmentFailures: unlessEmpty(this.#enrichmentFailures),
        failedOutputs: unlessEmpty(this.#failedOutputs),
        traceId: this.#traceId,
        error: this.#error,
      };
      const { level, message } = this.#summary(checkpoint !== undefined);
      this.#logger[level](message, fields);
    }
    this.#badRows = new Map();
    this.#enrichmentFailures = new Map();
    this.#failedOutputs = new Map();
    this.#traceId = undefined;
    this.#isTraceSought = false;
    this.#error = undefined;
  }

  #seekTrace(readEvent: () => unknown): void {
    if (!this.#isTraceSought) this.#traceId = traceIdOf(readEvent());
    this.#isTraceSought = true;
  }

  #isQuiet(): boolean {
    return this.#badRows.size === 0 && this.#enrichmentFailures.size === 0 && this.#failedOutputs.size === 0;
  }

  #summary(isGivenBack: boolean): { level: "info" | "warn" | "error"; message: string } {
    if (faultsOfOurs.some((kind) => this.#badRows.has(kind))) {
      return { level: "error", message: "Enrichment itself failed on events" };
    }
    if (isGivenBack) return { level: "warn", message: "Records are given back to Lambda" };
    return this.#badRows.size > 0 || this.#failedOutputs.size > 0
      ? { level: "warn", message: "Not all that came could be enriched" }
      : { level: "info", message: "Enrichments left notes on events" };
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function unlessEmpty(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> | undefined {
  return counts.size === 0 ? undefined : counts;
}

function parseLine(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString());
  } catch {
    return undefined;
  }
}

/** The id alone: it is hexadecimal or nothing, whatever the event has there. */
function traceIdOf(event: unknown): string | undefined {
  return isJsonObject(event) ? parseTraceparent(event["traceparent"])?.traceId : undefined;
}
