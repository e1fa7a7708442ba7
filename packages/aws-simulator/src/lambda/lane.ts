import type { KinesisRecord } from "../kinesis/api.ts";
import { createUuid } from "../uuid.ts";
import { type BatchOutcome, readBatchResponse } from "./batch-response.ts";
import type { Discard, DiscardCondition } from "./failure-destination.ts";
import { TooManyRequestsError } from "./function-error.ts";
import {
  eventFrameBytes,
  type KinesisEventSource,
  type KinesisStreamEvent,
  RECORD_SEPARATOR_BYTES,
  toStreamRecord,
} from "./kinesis-event.ts";
import { MAX_PAYLOAD_BYTES } from "./limits.ts";
import type { MappingSettings } from "./mapping-options.ts";
import type { MappingCounters } from "./mapping-stats.ts";

/** A record waiting for its batch. */
export interface BufferedRecord {
  readonly stored: KinesisRecord;
  /** Bytes it takes in the JSON of an event. */
  readonly sizeBytes: number;
  readonly arrivalMs: number;
  readonly readAtMs: number;
  /** Sequence number of the record before it in the shard; undefined for the first that is read. */
  readonly previous: string | undefined;
}

/** Records to be invoked together, and what was tried with them. */
interface Work {
  readonly records: readonly BufferedRecord[];
  /** Failed invocations that count against MaximumRetryAttempts. */
  readonly failedAttempts: number;
  readonly invokeCount: number;
  readonly requestId: string;
  readonly lastFailure: Discard["lastFailure"];
}

export interface LaneOptions {
  readonly source: KinesisEventSource;
  readonly settings: MappingSettings;
  readonly counters: MappingCounters;
  /** Older records are given up. */
  readonly maxRecordAgeMs: () => number;
  readonly discard: (discard: Discard) => Promise<void>;
  /** Records left the lane: there is room, or nothing left to do. */
  readonly onProgress: (iteratorAgeMs: number | undefined) => void;
}

/**
 * One of the concurrent batch processors of a shard. It invokes with one batch at a time and begins the next only when
 * every record of it succeeded or was given up, which is what keeps the records of a key in order.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: BufferedRecord[] = [];
  #work: Work[] = [];
  #isActive = false;
  #isPaused = false;
  /** Do not wait for fuller batches. */
  #isFlushing = false;
  #windowTimer: unknown;
  #backoff: { readonly timer: unknown; readonly wake: () => void } | undefined;
  /** Failures in a row, for the backoff. */
  #failures = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Records that came in and are not yet done with. */
  get size(): number {
    return this.#queue.length + this.#work.reduce((sum, { records }) => sum + records.length, 0);
  }

  /** The oldest record not yet done with. */
  get oldest(): BufferedRecord | undefined {
    return this.#work[0]?.records[0] ?? this.#queue[0];
  }

  get isIdle(): boolean {
    return !this.#isActive && this.size === 0;
  }

  /** Neither invoking nor about to: nothing more happens until `resume`. */
  get isAtRest(): boolean {
    return !this.#isActive;
  }

  add(record: BufferedRecord): void {
    this.#queue.push(record);
  }

  /** Begins a batch if one is due. */
  pump(): void {
    if (this.#isActive || this.#isPaused) return;
    if (this.#work.length === 0) {
      const batch = this.#takeBatch();
      if (batch === undefined) return;
      this.#options.counters.batches += 1;
      this.#work = [newWork(batch)];
    }
    this.#isActive = true;
    void this.#run();
  }

  /** From now on a batch goes as soon as it can, however small. */
  flush(): void {
    this.#isFlushing = true;
    this.pump();
  }

  /** No new invocation begins until `resume`; one under way ends and counts. */
  pause(): void {
    this.#isPaused = true;
    this.#clearWindow();
    this.#backoff?.wake();
  }

  resume(): void {
    this.#isPaused = false;
    this.#isFlushing = false;
    this.pump();
  }

  async #run(): Promise<void> {
    while (this.#work.length > 0 && !this.#isPaused) {
      const [work, ...rest] = this.#work as [Work, ...Work[]];
      const live = await this.#discardHopeless(work);
      if (live === undefined) {
        this.#work = rest;
        this.#options.onProgress(undefined);
        continue;
      }
      this.#work = [live, ...rest];
      this.#work = [...(await this.#attempt(live)), ...rest];
      if (this.#failures > 0 && this.#work.length > 0) await this.#backOff();
    }
    this.#isActive = false;
    this.#options.onProgress(undefined);
    this.pump();
  }

  /** Invokes once. @returns what of the batch is still to be done, in order. */
  async #attempt(begun: Work): Promise<Work[]> {
    const { settings, counters, source } = this.#options;
    const requestId = createUuid(settings.random);
    let work = begun;
    const closeBatch = (): KinesisStreamEvent => {
      work = this.#grow(work);
      return this.#eventOf(work);
    };
    const event = settings.isBatchOpenUntilRun ? lazyEvent(closeBatch) : this.#eventOf(work);
    const attempt = work.invokeCount + 1;
    settings.trace?.record("mapping.invoke", {
      shard: source.shardId,
      first: event.Records[0]?.kinesis.sequenceNumber,
      records: event.Records.length,
      attempt,
    });
    let outcome: BatchOutcome;
    counters.inFlightInvocations += 1;
    try {
      const response = await settings.invoke(event, { requestId });
      outcome = settings.isReportingItemFailures
        ? readBatchResponse(
            response,
            event.Records.map(({ kinesis }) => kinesis.sequenceNumber),
          )
        : { status: "success" };
    } catch (error) {
      if (error instanceof TooManyRequestsError) {
        // It did not run: nothing is used up. The record's age ends this in time.
        counters.throttles += 1;
        this.#failures += 1;
        return [work];
      }
      outcome = { status: "failure", index: 0, isReported: false };
    } finally {
      counters.inFlightInvocations -= 1;
    }
    counters.invocations += 1;
    if (attempt > 1) counters.retries += 1;
    if (outcome.status === "success") return this.#succeed(work);
    return this.#fail({ ...work, invokeCount: attempt, requestId }, outcome);
  }

  #succeed(work: Work): Work[] {
    const { settings, counters } = this.#options;
    this.#failures = 0;
    if (settings.redeliveryRate > 0 && settings.random() < settings.redeliveryRate) {
      counters.redeliveries += 1;
      return [work];
    }
    this.#settle(work.records);
    return [];
  }

  async #fail(work: Work, outcome: BatchOutcome & { status: "failure" }): Promise<Work[]> {
    const { settings, counters, source } = this.#options;
    if (outcome.isReported) counters.itemFailures += 1;
    else counters.functionErrors += 1;
    const lastFailure = outcome.isReported ? "item-failures" : "function-error";
    settings.trace?.record("mapping.failure", { shard: source.shardId, index: outcome.index, kind: lastFailure });
    this.#failures = outcome.index > 0 ? 1 : this.#failures + 1;
    this.#settle(work.records.slice(0, outcome.index));
    const rest: Work = { ...work, records: work.records.slice(outcome.index), lastFailure };
    if (settings.isBisecting && outcome.index > 0) {
      // "…the batch is bisected at the returned sequence number, and Lambda retries only the remaining records."
      counters.bisects += 1;
      return [rest];
    }
    if (settings.isBisecting && rest.records.length > 1) {
      counters.bisects += 1;
      // A half is not the batch that failed: the wait between the two does not grow with each split.
      this.#failures = 1;
      const middle = Math.ceil(rest.records.length / 2);
      return [
        { ...rest, records: rest.records.slice(0, middle) },
        { ...rest, records: rest.records.slice(middle) },
      ];
    }
    const failedAttempts = work.failedAttempts + 1;
    if (failedAttempts <= settings.maximumRetryAttempts) return [{ ...rest, failedAttempts }];
    await this.#giveUp(rest, "RetryAttemptsExhausted");
    return [];
  }

  /** Gives up what is too old, or too large for any payload. @returns the work that is left, if any is. */
  async #discardHopeless(work: Work): Promise<Work | undefined> {
    const oldestMs = this.#options.settings.clock.now() - this.#options.maxRecordAgeMs();
    const firstLive = work.records.findIndex(({ arrivalMs }) => arrivalMs > oldestMs);
    const count = firstLive < 0 ? work.records.length : firstLive;
    if (count > 0) await this.#giveUp({ ...work, records: work.records.slice(0, count) }, "RecordAgeExceeded");
    if (count === work.records.length) return undefined;
    const live: Work = { ...work, records: work.records.slice(count) };
    if (payloadBytes(live.records) <= MAX_PAYLOAD_BYTES) return live;
    // Only a record alone in its batch can be this large. The invocation would be refused each time.
    await this.#giveUp(live, "RetryAttemptsExhausted");
    return undefined;
  }

  async #giveUp(work: Work, condition: DiscardCondition): Promise<void> {
    const { settings, counters, source, discard } = this.#options;
    counters.discardedBatches += 1;
    counters.discardedRecords += work.records.length;
    this.#failures = 0;
    await discard({
      shardId: source.shardId,
      event: this.#eventOf(work),
      condition,
      invokeCount: work.invokeCount,
      requestId: work.requestId === "" ? createUuid(settings.random) : work.requestId,
      lastFailure: work.lastFailure,
    });
  }

  /** A batch that was not tried yet, with the records that came since it was taken, as many as it has room for. */
  #grow(work: Work): Work {
    if (work.invokeCount > 0 || this.#work.length > 1 || this.#isPaused) return work;
    const { count } = this.#measureBatch(work.records);
    const grown: Work = { ...work, records: [...work.records, ...this.#queue.splice(0, count)] };
    this.#work = [grown];
    return grown;
  }

  /** The event is made for each attempt: as text, records take twice the memory while they wait. */
  #eventOf({ records }: Work): KinesisStreamEvent {
    return { Records: records.map(({ stored }) => toStreamRecord(stored, this.#options.source)) };
  }

  /** Those records are done with. */
  #settle(records: readonly BufferedRecord[]): void {
    const { counters, settings, onProgress } = this.#options;
    const last = records.at(-1);
    if (last === undefined) return;
    counters.recordsProcessed += records.length;
    onProgress(Math.max(0, settings.clock.now() - last.arrivalMs));
  }

  /** The records of the next batch, if it is full, or its window is over; else sets the timer for that. */
  #takeBatch(): BufferedRecord[] | undefined {
    const { settings } = this.#options;
    const first = this.#queue[0];
    if (first === undefined) return undefined;
    const { count, isFull } = this.#measureBatch();
    const dueMs = first.readAtMs + settings.batchingWindowMs;
    const waitMs = dueMs - settings.clock.now();
    if (!isFull && waitMs > 0 && !this.#isFlushing) {
      this.#windowTimer ??= settings.clock.setTimeout(() => {
        this.#windowTimer = undefined;
        this.pump();
      }, waitMs);
      return undefined;
    }
    this.#clearWindow();
    return this.#queue.splice(0, count);
  }

  /** How many records of the queue fit into a batch behind those that it has. */
  #measureBatch(taken: readonly BufferedRecord[] = []): { count: number; isFull: boolean } {
    const room = this.#options.settings.batchSize - taken.length;
    let bytes = payloadBytes(taken);
    let count = 0;
    for (const { sizeBytes } of this.#queue) {
      if (count === room) return { count, isFull: true };
      const isFirst = taken.length + count === 0;
      bytes += sizeBytes + (isFirst ? 0 : RECORD_SEPARATOR_BYTES);
      if (!isFirst && bytes > MAX_PAYLOAD_BYTES) return { count, isFull: true };
      count += 1;
    }
    return { count, isFull: count === room };
  }

  #clearWindow(): void {
    this.#options.settings.clock.clearTimeout(this.#windowTimer);
    this.#windowTimer = undefined;
  }

  #backOff(): Promise<void> {
    const { clock, retryBackoffBaseMs, retryBackoffMaxMs } = this.#options.settings;
    if (this.#isPaused) return Promise.resolve();
    const delayMs = Math.min(retryBackoffMaxMs, retryBackoffBaseMs * 2 ** (this.#failures - 1));
    return new Promise((resolve) => {
      const wake = () => {
        clock.clearTimeout(timer);
        this.#backoff = undefined;
        resolve();
      };
      const timer = clock.setTimeout(wake, delayMs);
      this.#backoff = { timer, wake };
    });
  }
}

/** An event whose records are made when they are first read. */
function lazyEvent(make: () => KinesisStreamEvent): KinesisStreamEvent {
  let event: KinesisStreamEvent | undefined;
  return {
    get Records() {
      event ??= make();
      return event.Records;
    },
  };
}

function newWork(records: readonly BufferedRecord[]): Work {
  return { records, failedAttempts: 0, invokeCount: 0, requestId: "", lastFailure: undefined };
}

function payloadBytes(records: readonly BufferedRecord[]): number {
  const separators = Math.max(0, records.length - 1) * RECORD_SEPARATOR_BYTES;
  return records.reduce((sum, { sizeBytes }) => sum + sizeBytes, eventFrameBytes + separators);
}
