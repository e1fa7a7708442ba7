import type { KinesisRecord } from "../kinesis/api.ts";
import { compareSequenceNumbers } from "../kinesis/sequence-number.ts";
import type { ShardConsumer, ShardControls } from "../stream-reader/stream-reader.ts";
import type { Discard } from "./failure-destination.ts";
import { accountOf, createRecordMeasure, regionOf } from "./kinesis-event.ts";
import { type BufferedRecord, Lane } from "./lane.ts";
import { laneOfKey } from "./lane-of-key.ts";
import { BUFFERED_BATCHES_PER_LANE } from "./limits.ts";
import type { MappingSettings } from "./mapping-options.ts";
import type { MappingCounters } from "./mapping-stats.ts";

export interface ShardWorkerOptions {
  readonly controls: ShardControls;
  readonly settings: MappingSettings;
  readonly counters: MappingCounters;
  readonly maxRecordAgeMs: () => number;
  readonly discard: (discard: Discard) => Promise<void>;
  readonly onProgress: () => void;
}

/** Deals the records of one shard out to its lanes. Tells when the shard may be read further and when it is done. */
export class ShardWorker implements ShardConsumer {
  readonly #options: ShardWorkerOptions;
  readonly #lanes: readonly Lane[];
  readonly #measure: ReturnType<typeof createRecordMeasure>;
  #isEnded = false;
  #isComplete = false;
  #iteratorAgeMs = 0;
  /** The last record that was read. */
  #lastRead: string | undefined;

  constructor(options: ShardWorkerOptions) {
    const { settings, counters, controls, maxRecordAgeMs, discard } = options;
    this.#options = options;
    const source = {
      streamArn: settings.streamArn,
      region: regionOf(settings.streamArn),
      shardId: controls.shardId,
      invokeIdentityArn: `arn:aws:iam::${accountOf(settings.functionArn)}:role/lambda-role`,
    };
    this.#measure = createRecordMeasure(source);
    this.#lastRead = controls.checkpoint?.after;
    this.#lanes = Array.from(
      { length: settings.parallelizationFactor },
      () =>
        new Lane({
          source,
          settings,
          counters,
          maxRecordAgeMs,
          discard,
          onProgress: (iteratorAgeMs) => {
            this.#onProgress(iteratorAgeMs);
          },
        }),
    );
  }

  get shardId(): string {
    return this.#options.controls.shardId;
  }

  get bufferedRecords(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.size, 0);
  }

  get oldestRecordAgeMs(): number {
    const now = this.#options.settings.clock.now();
    return this.#lanes.reduce((oldest, lane) => Math.max(oldest, now - (lane.oldest?.arrivalMs ?? now)), 0);
  }

  get iteratorAgeMs(): number {
    return this.#iteratorAgeMs;
  }

  /** Everything that was read is done with. */
  get isIdle(): boolean {
    return this.#lanes.every((lane) => lane.isIdle);
  }

  /** No invocation is under way. */
  get isAtRest(): boolean {
    return this.#lanes.every((lane) => lane.isAtRest);
  }

  capacity(): number {
    const { batchSize, parallelizationFactor } = this.#options.settings;
    return Math.max(0, batchSize * parallelizationFactor * BUFFERED_BATCHES_PER_LANE - this.bufferedRecords);
  }

  accept(records: readonly KinesisRecord[]): void {
    const { settings, counters } = this.#options;
    const readAtMs = settings.clock.now();
    counters.recordsIn += records.length;
    for (const stored of records) {
      this.#lanes[laneOfKey(stored.PartitionKey, this.#lanes.length)]?.add({
        stored,
        sizeBytes: this.#measure(stored),
        arrivalMs: stored.ApproximateArrivalTimestamp.getTime(),
        readAtMs,
        previous: this.#lastRead,
      });
      this.#lastRead = stored.SequenceNumber;
    }
    for (const lane of this.#lanes) lane.pump();
  }

  end(): void {
    this.#isEnded = true;
    // No record will come to fill a batch.
    this.flush();
    this.#completeWhenDone();
  }

  flush(): void {
    for (const lane of this.#lanes) lane.flush();
  }

  pause(): void {
    for (const lane of this.#lanes) lane.pause();
  }

  resume(): void {
    for (const lane of this.#lanes) lane.resume();
  }

  #onProgress(iteratorAgeMs: number | undefined): void {
    const { controls, counters, onProgress } = this.#options;
    if (iteratorAgeMs !== undefined) {
      this.#iteratorAgeMs = iteratorAgeMs;
      counters.iteratorAgeMs = iteratorAgeMs;
    }
    this.#saveCheckpoint();
    if (this.capacity() > 0) controls.wake();
    this.#completeWhenDone();
    onProgress();
  }

  /** Everything before the oldest record of any lane is done with. */
  #saveCheckpoint(): void {
    const { checkpoints } = this.#options.settings;
    if (checkpoints === undefined) return;
    const [oldest, ...others] = this.#lanes.flatMap((lane) => lane.oldest ?? []);
    const first = others.reduce(
      (a, b) => (a !== undefined && compareSequenceNumbers(numberOf(a), numberOf(b)) <= 0 ? a : b),
      oldest,
    );
    const after = first === undefined ? this.#lastRead : first.previous;
    if (after !== undefined) checkpoints.save(this.shardId, after);
  }

  #completeWhenDone(): void {
    if (!this.#isEnded || this.#isComplete || !this.isIdle) return;
    this.#isComplete = true;
    this.#options.controls.complete();
  }
}

function numberOf({ stored }: BufferedRecord): string {
  return stored.SequenceNumber;
}
