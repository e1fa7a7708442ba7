import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import { systemClock } from "../clock.ts";
import type { KinesisRecord } from "../kinesis/api.ts";
import { type ShardControls, StreamReader } from "../stream-reader/stream-reader.ts";
import {
  type DeliveryStreamOptions,
  type DeliveryStreamSettings,
  readDeliveryStreamOptions,
} from "./delivery-stream-options.ts";
import { GZIP_LEVEL, RETRY_BACKOFF_BASE_MS, RETRY_BACKOFF_MAX_MS } from "./limits.ts";
import { objectKey } from "./object-name.ts";

/** Counts of a delivery stream since it began. */
export interface DeliveryStreamStats {
  /** Records read from the stream. */
  readonly recordsIn: number;
  /** Bytes of their data, before compression. */
  readonly bytesIn: number;
  /** Records in objects that are stored; each counted once, however often its batch was repeated. */
  readonly recordsDelivered: number;
  /** Objects stored, repeats included. */
  readonly objects: number;
  /** Bytes of those objects, as they are stored. */
  readonly objectBytes: number;
  /** Objects stored again because the answer to the first put was lost. */
  readonly repeats: number;
  /** Puts that failed; each is made again. */
  readonly putErrors: number;
  /** Reads of the stream that failed; each is made again. */
  readonly readErrors: number;
  /** Records read and not yet stored. */
  readonly bufferedRecords: number;
  /** Bytes of their data, before compression. */
  readonly bufferedBytes: number;
  /** Age of the oldest record not yet delivered; 0 when there is none. The metric DataFreshness, in milliseconds. */
  readonly dataFreshnessMs: number;
  /** Milliseconds that the farthest shard's last read was behind its end. */
  readonly millisBehindLatest: number;
}

/** The settings of its destination that can be changed while a delivery stream runs. */
export type DeliveryStreamUpdate = Pick<
  DeliveryStreamOptions,
  "bufferingSizeMb" | "bufferingIntervalSeconds" | "compressionFormat"
>;

const compress = promisify(gzip);

interface PendingObject {
  readonly records: Uint8Array[];
  bytes: number;
  oldestArrivalMs: number;
  /** By shard, the last record in it. */
  readonly last: Map<string, string>;
}

/**
 * Firehose from a Kinesis stream to S3: takes the records of all shards as they come, one after the other without
 * anything in between, and stores an object when the buffer is full or its oldest record has waited long enough.
 * At least once: a put whose answer is lost is put again under another name.
 *
 * It models the S3 destination without transformation, format conversion and dynamic partitioning.
 */
export class DeliveryStream {
  #options: DeliveryStreamOptions;
  #settings: DeliveryStreamSettings;
  readonly #reader: StreamReader;
  #buffer: PendingObject | undefined;
  #intervalTimer: unknown;
  #isRunning = false;
  /** Deliveries follow one another, so that a slow one holds the reading back. */
  #delivery: Promise<void> = Promise.resolve();
  #pendingDeliveries = 0;
  #pendingBytes = 0;
  #pendingRecords = 0;
  readonly #shards: ShardControls[] = [];
  readonly #undelivered: number[] = [];
  readonly #counters = {
    recordsIn: 0,
    bytesIn: 0,
    recordsDelivered: 0,
    objects: 0,
    objectBytes: 0,
    repeats: 0,
    putErrors: 0,
    readErrors: 0,
  };

  /** @throws OptionError for settings that AWS would refuse. */
  constructor(options: DeliveryStreamOptions) {
    this.#options = options;
    this.#settings = readDeliveryStreamOptions(options);
    const { kinesis, clock, sourceStreamArn, startingPosition, pollIntervalMs, catchUpIntervalMs } = this.#settings;
    this.#reader = new StreamReader({
      source: kinesis,
      clock,
      streamArn: sourceStreamArn,
      startingPosition,
      pollIntervalMs,
      catchUpIntervalMs,
      checkpoints: this.#settings.checkpoints,
      createConsumer: (controls) => {
        this.#shards.push(controls);
        // The counts of an earlier process are included, so that the figures of stream and delivery agree.
        this.#counters.recordsIn += controls.checkpoint?.records ?? 0;
        this.#counters.recordsDelivered += controls.checkpoint?.records ?? 0;
        return {
          capacity: () => (this.#isFull() ? 0 : Number.POSITIVE_INFINITY),
          accept: (records) => {
            this.#accept(controls.shardId, records);
          },
          // Nothing here depends on the order of shards: the children may begin at once.
          end: () => {
            controls.complete();
          },
        };
      },
      onError: (error) => {
        this.#counters.readErrors += 1;
        this.#settings.onError(error);
      },
    });
  }

  /** Begins to read; after a `stop`, goes on where it was. Resolves when the starting position has been taken. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    await this.#reader.start();
  }

  /**
   * Reads what is in the stream at the time of the call, stores everything buffered and stops.
   * `drain: false` stops reading at once and still stores what was read.
   */
  async stop(options: { readonly drain?: boolean } = {}): Promise<void> {
    if (this.#isRunning && options.drain !== false) await this.#reader.caughtUp();
    this.#isRunning = false;
    this.#reader.stop();
    await this.flush();
  }

  /**
   * Gives the destination other settings while it runs, as `UpdateDestination` does; those not named stay. They hold
   * from the next object on, which may begin with records that came before; its name has the next version.
   * https://docs.aws.amazon.com/firehose/latest/dev/basic-create.html
   * @throws OptionError for settings that AWS would refuse; then the old ones hold
   */
  update(changes: DeliveryStreamUpdate): void {
    const { random, version } = this.#settings;
    // The generator goes on, where a new one would draw the same names again.
    const options = { ...this.#options, ...changes, random, version: version + 1 };
    this.#settings = readDeliveryStreamOptions(options);
    this.#options = options;
  }

  /** Stores what is buffered without waiting for size or interval. */
  async flush(): Promise<void> {
    this.#deliverBuffer();
    await this.#delivery;
  }

  stats(): DeliveryStreamStats {
    const oldestMs = this.#undelivered[0] ?? this.#buffer?.oldestArrivalMs;
    return {
      ...this.#counters,
      bufferedRecords: this.#pendingRecords + (this.#buffer?.records.length ?? 0),
      bufferedBytes: this.#pendingBytes + (this.#buffer?.bytes ?? 0),
      dataFreshnessMs: oldestMs === undefined ? 0 : Math.max(0, this.#settings.clock.now() - oldestMs),
      millisBehindLatest: this.#reader
        .progress()
        .reduce((most, { millisBehindLatest }) => Math.max(most, millisBehindLatest), 0),
    };
  }

  /** One buffer filling and one on its way are as much as is kept in memory. */
  #isFull(): boolean {
    return this.#pendingDeliveries > 1;
  }

  #accept(shardId: string, records: readonly KinesisRecord[]): void {
    const { bufferingSizeBytes, bufferingIntervalMs, clock } = this.#settings;
    for (const record of records) {
      const size = record.Data.byteLength;
      // An object is never larger than the hint, unless one record is.
      if (this.#buffer !== undefined && this.#buffer.bytes + size > bufferingSizeBytes) this.#deliverBuffer();
      this.#buffer ??= { records: [], bytes: 0, oldestArrivalMs: Number.POSITIVE_INFINITY, last: new Map() };
      this.#buffer.records.push(record.Data);
      this.#buffer.last.set(shardId, record.SequenceNumber);
      this.#buffer.bytes += size;
      this.#buffer.oldestArrivalMs = Math.min(
        this.#buffer.oldestArrivalMs,
        record.ApproximateArrivalTimestamp.getTime(),
      );
      this.#counters.recordsIn += 1;
      this.#counters.bytesIn += size;
      if (this.#buffer.bytes >= bufferingSizeBytes) this.#deliverBuffer();
    }
    if (this.#buffer === undefined) return;
    this.#intervalTimer ??= clock.setTimeout(() => {
      this.#intervalTimer = undefined;
      this.#deliverBuffer();
    }, bufferingIntervalMs);
  }

  #deliverBuffer(): void {
    this.#settings.clock.clearTimeout(this.#intervalTimer);
    this.#intervalTimer = undefined;
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    this.#pendingDeliveries += 1;
    this.#pendingBytes += buffer.bytes;
    this.#pendingRecords += buffer.records.length;
    this.#undelivered.push(buffer.oldestArrivalMs);
    this.#delivery = this.#delivery.then(() => this.#deliver(buffer));
  }

  async #deliver(buffer: PendingObject): Promise<void> {
    await this.#putUntilStored(await this.#pack(buffer), buffer);
    for (const [shardId, after] of buffer.last) this.#settings.checkpoints?.save(shardId, after);
    this.#counters.recordsDelivered += buffer.records.length;
    this.#pendingDeliveries -= 1;
    this.#pendingBytes -= buffer.bytes;
    this.#pendingRecords -= buffer.records.length;
    this.#undelivered.shift();
    for (const shard of this.#shards) shard.wake();
  }

  /** The object of a buffer. On the machine's clock another thread compresses it; under any other nothing may. */
  async #pack({ records, bytes }: PendingObject): Promise<Uint8Array> {
    const { clock, compressionFormat } = this.#settings;
    const joined = Buffer.concat(records, bytes);
    if (compressionFormat !== "GZIP") return joined;
    const options = { level: GZIP_LEVEL };
    return clock === systemClock ? compress(joined, options) : gzipSync(joined, options);
  }

  async #putUntilStored(body: Uint8Array, buffer: PendingObject): Promise<void> {
    const { clock } = this.#settings;
    for (let failures = 0; ; failures += 1) {
      try {
        await this.#put(body, buffer);
        return;
      } catch (error) {
        this.#counters.putErrors += 1;
        this.#settings.onError(error);
      }
      const delayMs = Math.min(RETRY_BACKOFF_MAX_MS, RETRY_BACKOFF_BASE_MS * 2 ** failures);
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, delayMs);
      });
    }
  }

  async #put(body: Uint8Array, buffer: PendingObject): Promise<void> {
    const { objectStore, bucket, random, repeatRate, failureRate, trace } = this.#settings;
    const draw = repeatRate + failureRate > 0 ? random() : 1;
    if (draw < failureRate) throw new Error(`Fault: the put to ${bucket} failed before anything was stored.`);
    const key = objectKey(this.#settings, buffer.oldestArrivalMs);
    await objectStore.put(bucket, key, body);
    this.#counters.objects += 1;
    this.#counters.objectBytes += body.byteLength;
    trace?.record("firehose.put", { key, records: buffer.records.length, bytes: body.byteLength });
    if (draw < failureRate + repeatRate) {
      this.#counters.repeats += 1;
      throw new Error(`Fault: the answer to the put of ${key} was lost; the batch is put again.`);
    }
  }
}
