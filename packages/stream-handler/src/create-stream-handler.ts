import { systemClock } from "@millrace/put-records";
import { firstUnconfirmed } from "./batch-ledger.ts";
import { BatchRun, type TimeBudget } from "./batch-run.ts";
import { ConfirmedMemory } from "./confirmed-memory.ts";
import {
  DEFAULT_REMEMBERED_RECORDS_PER_SHARD,
  DEFAULT_SAFETY_MARGIN_MS,
  DIVERT_SHARE,
  MAX_DIVERT_MS,
  MAX_MARGIN_SHARE,
  PROCESS_SHARE,
} from "./limits.ts";
import { originOf, toSourceRecords } from "./source-record.ts";
import type { BatchReport, StreamHandler, StreamHandlerOptions } from "./types.ts";

function planTime(now: number, remainingMs: number, options: StreamHandlerOptions): TimeBudget {
  const { safetyMarginMs = DEFAULT_SAFETY_MARGIN_MS, onFailedOutput } = options;
  const marginMs = Math.min(safetyMarginMs, remainingMs * MAX_MARGIN_SHARE);
  const workMs = Math.max(0, remainingMs - marginMs);
  const divertMs = onFailedOutput === undefined ? 0 : Math.min(MAX_DIVERT_MS, workMs * DIVERT_SHARE);
  return {
    processUntil: now + (workMs - divertMs) * PROCESS_SHARE,
    writeUntil: now + workMs - divertMs,
    divertUntil: now + workMs,
    hardStop: now + workMs + marginMs / 4,
  };
}

function report({ onBatch }: StreamHandlerOptions, batch: BatchReport): void {
  try {
    onBatch?.(batch);
  } catch {
    // Throwing here would make Lambda deliver the whole batch again: a lost metric is the smaller harm.
  }
}

/**
 * Creates the handler of a Kinesis event source mapping with `ReportBatchItemFailures`: decodes the records, has them
 * processed, writes their outputs and answers with the exact checkpoint, the first record whose outputs are not all
 * confirmed. It never throws for a record's or a destination's fault.
 */
export function createStreamHandler(options: StreamHandlerOptions): StreamHandler {
  const clock = options.clock ?? systemClock;
  const memory = new ConfirmedMemory(options.rememberedRecordsPerShard ?? DEFAULT_REMEMBERED_RECORDS_PER_SHARD);

  return async (event, context) => {
    const startedAt = clock.now();
    const sources = toSourceRecords(event.Records);
    const budget = planTime(startedAt, context.getRemainingTimeInMillis(), options);
    const batch = new BatchRun(sources, options, clock, memory, budget);
    await batch.run();
    const failures = firstUnconfirmed(batch.outcomes);
    report(options, {
      requestId: context.awsRequestId,
      origin: originOf(sources),
      records: sources.length,
      confirmed: batch.outcomes.filter((outcome) => outcome.isConfirmed).length,
      remembered: batch.remembered,
      poisoned: batch.poisoned,
      unprocessed: batch.outcomes.filter((outcome) => !outcome.isProcessed).length,
      destinations: batch.tallies.all,
      checkpoint: failures[0],
      oldestAgeMs: sources.reduce((oldest, source) => Math.max(oldest, startedAt - source.arrivedAt), 0),
      durationMs: clock.now() - startedAt,
    });
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
